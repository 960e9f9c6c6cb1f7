import { setTimeout as sleep } from "node:timers/promises";
import { createKubeClient, type KubeClient } from "../../src/kube/client.ts";
import { readKubeLogin } from "../../src/kube/login.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { HoldPod } from "./hold-pods.ts";

/** Pods that are looked at after each of their changes, in the order in which they happened. */
export interface PodWatch {
  /** As they are now, by uid. */
  readonly pods: ReadonlyMap<string, HoldPod>;
  /** What was found wrong so far; the first few of it. */
  readonly findings: readonly string[];
  /** How many changes have been looked at. */
  readonly events: number;
  stop(): Promise<void>;
}

interface Event {
  readonly type: string;
  readonly object: HoldPod;
}

interface Seen {
  readonly pods: Map<string, HoldPod>;
  readonly findings: string[];
  events: number;
}

const mostFindings = 5;

/** A look at all pods: what is wrong, if something is. */
export type LookAtPods = (pods: readonly HoldPod[]) => string | undefined;

/** Watches pods of a namespace until it is stopped; sees no change twice, and misses none unless the server is away. */
export async function watchPods(namespace: string, selector: string, look: LookAtPods): Promise<PodWatch> {
  const config = await readKubeLogin({ env: process.env, clock: systemClock });
  const client = createKubeClient({ config, userAgent: "prestow-test", clock: systemClock });
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const seen: Seen = { pods: new Map(), findings: [], events: 0 };
  const stop = new AbortController();
  const inspect = () => {
    seen.events += 1;
    const finding = look([...seen.pods.values()]);
    if (finding !== undefined && seen.findings.length < mostFindings) seen.findings.push(finding);
  };
  const first = await list(client, path, seen);
  inspect();
  const running = run(client, path, first, { seen, inspect, signal: stop.signal });
  return {
    pods: seen.pods,
    findings: seen.findings,
    get events() {
      return seen.events;
    },
    async stop() {
      stop.abort();
      await running;
      client.close();
    },
  };
}

interface Watching {
  readonly seen: Seen;
  readonly inspect: () => void;
  readonly signal: AbortSignal;
}

async function list(client: KubeClient, path: string, { pods }: Seen): Promise<string> {
  const answer = (await client.get(path, { timeoutMs: 20_000 })) as {
    metadata: { resourceVersion: string };
    items: HoldPod[];
  };
  pods.clear();
  for (const pod of answer.items) pods.set(pod.metadata.uid, pod);
  return answer.metadata.resourceVersion;
}

async function run(client: KubeClient, path: string, first: string, watching: Watching): Promise<void> {
  const { seen, inspect, signal } = watching;
  let version: string | undefined = first;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        version = await list(client, path, seen);
        inspect();
      }
      version = await follow(client, `${path}&watch=true&resourceVersion=${version}`, version, watching);
    } catch {
      if (signal.aborted) return;
      version = undefined;
      await sleep(200);
    }
  }
}

/** Follows one watch to its end; resolves to where the next one goes on. Throws where a list has to come first. */
async function follow(client: KubeClient, path: string, from: string, watching: Watching): Promise<string> {
  const { seen, inspect, signal } = watching;
  let version = from;
  let rest = "";
  const bounds = { headersTimeoutMs: 20_000, idleTimeoutMs: 600_000, signal };
  const decoder = new TextDecoder();
  await client.stream(path, bounds, (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { type, object }: Event = JSON.parse(line);
      if (type === "ERROR") throw new Error(line);
      if (type === "DELETED") seen.pods.delete(object.metadata.uid);
      else seen.pods.set(object.metadata.uid, object);
      version = object.metadata.resourceVersion;
      inspect();
    }
  });
  return version;
}
