import { KubeError, type KubeErrorKind } from "../../src/kube/errors.ts";
import type { CallBounds } from "../../src/lib/call-bounds.ts";
import { createLogger } from "../../src/lib/log.ts";
import type { NodeFacts, NodeTaint } from "../../src/plan/pod-placement.ts";
import { createManualClock } from "../clock/manual-clock.ts";

/** A call that changed something. */
export interface SentCall {
  readonly method: "PATCH" | "POST";
  readonly path: string;
  readonly body: unknown;
}

/** One node behind an API server that obeys JSON patches; the clock moves by hand. */
export function createTellingBench() {
  const clock = createManualClock();
  const stop = new AbortController();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line));
  const log = createLogger({ level: "info", format: "json", clock, write });
  const sent: SentCall[] = [];
  const api = {
    taints: [] as NodeTaint[],
    facts: undefined as NodeFacts | undefined,
    refusal: undefined as KubeErrorKind | undefined,
    gets: 0,
  };
  const call = (entry: SentCall, { signal }: CallBounds) => {
    signal?.throwIfAborted();
    sent.push(entry);
    if (api.refusal !== undefined) throw new KubeError("as told", { kind: api.refusal });
  };
  const client = {
    async get() {
      api.gets += 1;
      if (api.refusal !== undefined) throw new KubeError("as told", { kind: api.refusal });
      return { spec: { taints: structuredClone(api.taints) } };
    },
    async patch(path: string, body: unknown, _options: unknown, bounds: CallBounds) {
      call({ method: "PATCH", path, body }, bounds);
      if (Array.isArray(body)) api.taints = applySteps(api.taints, body);
      return {};
    },
    async post(path: string, body: unknown, bounds: CallBounds) {
      call({ method: "POST", path, body }, bounds);
      return {};
    },
  };
  const tools = { client, nodeName: "n", node: () => api.facts, clock, random: () => 1, log };
  const messages = () => lines.map(({ level, msg }) => `${level}: ${msg}`);
  return { api, clock, stop, lines, messages, sent, tools: { ...tools, signal: stop.signal } };
}

/** A node with these taints and labels. */
export function nodeFacts(
  taints: readonly NodeTaint[],
  labels: Readonly<Record<string, string>> = {},
): NodeFacts {
  return { name: "n", labels, taints, diskPressure: false };
}

interface Step {
  readonly op: "test" | "remove";
  readonly path: string;
  readonly value?: string;
}

function applySteps(taints: readonly NodeTaint[], steps: readonly Step[]): NodeTaint[] {
  const result = [...taints];
  for (const { op, path, value } of steps) {
    const [, index = "", field] = /^\/spec\/taints\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
    const taint = result[Number(index)];
    if (taint === undefined) throw new KubeError("no such path", { kind: "invalid" });
    if (op === "remove") result.splice(Number(index), 1);
    else if (Reflect.get(taint, field ?? "") !== value)
      throw new KubeError("testing path", { kind: "invalid" });
  }
  return result;
}
