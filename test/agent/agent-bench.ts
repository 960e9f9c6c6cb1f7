import type { Keeper, KeepTurn } from "../../src/agent/keeper.ts";
import { createLeaseBook } from "../../src/agent/lease-book.ts";
import { type AgentSettings, type AgentTools, runAgent } from "../../src/agent/loop/agent-loop.ts";
import { normalizedName, parseReference } from "../../src/image/reference.ts";
import type { CallBounds } from "../../src/lib/call-bounds.ts";
import { createLogger } from "../../src/lib/log.ts";
import type { DesiredImages, NodeImage } from "../../src/plan/node-image.ts";
import type { AgentStatus, ImageStatus } from "../../src/results/agent-status.ts";
import type { PullEvent } from "../../src/results/pull-events.ts";
import { type ErrorKind, RuntimeError } from "../../src/runtime/errors.ts";
import type { ImageEvents } from "../../src/runtime/image-events.ts";
import type { ImageRuntime, RuntimeImage } from "../../src/runtime/runtime.ts";
import type { DesiredSet, RequestedImage, Source, SourceState } from "../../src/sources/source.ts";
import { createManualClock } from "../clock/manual-clock.ts";

/** What a pull of the bench's runtime does; the image is there when it resolves. */
export type BenchPull = (image: string, bounds: CallBounds, attempt: number) => Promise<void>;

export const succeed: BenchPull = async () => {};
export const hang: BenchPull = (_, { signal }) =>
  new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
export function fail(kind: ErrorKind, message = "as told"): never {
  throw new RuntimeError(message, { kind });
}

/** A source that desires what the test says. */
export interface BenchSource extends Source {
  set(refs: readonly string[], state?: SourceState, owner?: string): void;
}

export function createBenchSource(name: Source["name"] = "list"): BenchSource {
  let current: DesiredSet = { source: name, state: "waiting", detail: undefined, images: [] };
  let changed = () => {};
  return {
    name,
    current: () => current,
    run(onChange, signal) {
      changed = onChange;
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
    set(refs, state = "synced", owner = "list.txt") {
      const images = refs.map((ref): RequestedImage => {
        return { ref, where: owner, owner: undefined, placement: undefined, pullSecrets: [] };
      });
      current = { source: name, state, detail: undefined, images };
      changed();
    },
  };
}

/** As `decideDesiredImages`, for names that are references and nodes that are all alike. */
export function decideBenchDesired(sets: readonly DesiredSet[]): DesiredImages {
  const byName = new Map<string, NodeImage>();
  for (const request of sets.flatMap(({ images }) => images)) {
    const image = parseReference(request.ref);
    const name = normalizedName(image);
    const requests = [...(byName.get(name)?.requests ?? []), request];
    byName.set(name, { name, image, requests });
  }
  const complete = sets.every(({ state }) => state === "synced");
  return { images: [...byName.values()], rejected: [], elsewhere: 0, complete };
}

/** An image as a runtime lists it; its id is made from its name. */
export function listedImage(ref: string): RuntimeImage {
  const image = parseReference(ref);
  const name = normalizedName(image);
  return { id: `sha256:${name}`, repoTags: [name], repoDigests: [], sizeBytes: 7, pinned: false };
}

/** What a runtime says unasked, as the test says. */
function createBenchEvents() {
  let handlers: Parameters<ImageEvents["run"]>[0] | undefined;
  const events: ImageEvents = {
    run(given, signal) {
      handlers = given;
      given.onConnected();
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  };
  return { events, tell: () => handlers };
}

function createBenchKeeper() {
  const turns: KeepTurn[] = [];
  const noted: string[] = [];
  const keeper: Keeper = {
    notePulled: (name) => void noted.push(name),
    keep: (turn) => {
      turns.splice(0, Math.max(0, turns.length - 9));
      turns.push(turn);
    },
    pinned: { images: 0, bytes: 0 },
    close: async () => {},
  };
  return { keeper, turns, noted };
}

export const benchSettings: AgentSettings = {
  maxParallel: 2,
  syncPeriodMs: 15_000,
  minFree: { bytes: 0 },
  stallTimeoutMs: 30_000,
  initialTimeoutMs: 30_000,
  maxTimeoutMs: 300_000,
  initialDelayMs: 1000,
  maxDelayMs: 600_000,
};

/** An agent on a node in memory whose runtime pulls as the test says; the clock moves by hand. */
export function createAgentBench(pull: BenchPull = succeed) {
  const clock = createManualClock();
  const store = new Map<string, RuntimeImage>();
  const pulls: string[] = [];
  const calls = { lists: 0 };
  const faults: { list: (() => Promise<void>) | undefined } = { list: undefined };
  const runtime: ImageRuntime = {
    version: async () => ({ name: "test", version: "1" }),
    async listImages() {
      calls.lists += 1;
      const images = [...store.values()];
      await faults.list?.();
      return images;
    },
    imageStatus: async (image) => store.get(normalizedName(parseReference(image))),
    async pullImage({ image }, bounds) {
      pulls.push(image);
      await pull(image, bounds, pulls.filter((name) => name === image).length);
      const listed = listedImage(image);
      store.set(normalizedName(parseReference(image)), listed);
      return listed.id;
    },
    removeImage: async () => {},
    imageFilesystems: async () => [],
    close: () => {},
  };
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
  };
  const log = createLogger({ level: "info", format: "json", clock, write });
  const pullEvents: PullEvent[] = [];
  const statuses: AgentStatus[] = [];
  const source = createBenchSource();
  const { events, tell } = createBenchEvents();
  const { keeper, turns, noted } = createBenchKeeper();
  const stop = new AbortController();
  const tools: AgentTools = {
    runtime,
    pullTools: {
      ...{ runtime, clock, log, random: () => 1 },
      keyring: { lookup: async () => [] },
      watch: undefined,
      leases: createLeaseBook(undefined, 0, log),
    },
    sources: [source],
    node: () => undefined,
    keeper,
    events,
    decideDesired: decideBenchDesired,
    observer: {
      pull: (event) => void pullEvents.push(event),
      status(status) {
        statuses.splice(0, Math.max(0, statuses.length - 99));
        statuses.push(status);
      },
      tick: () => {},
      pruned: () => {},
    },
    ...{ clock, log, random: () => 1 },
  };
  const run = (changed: Partial<AgentTools> = {}, settings: Partial<AgentSettings> = {}) =>
    runAgent({ ...benchSettings, ...settings }, { ...tools, ...changed }, stop.signal);
  const image = (ref: string): ImageStatus | undefined => {
    const name = normalizedName(parseReference(ref));
    return statuses.at(-1)?.images.find(({ wanted }) => wanted.name === name);
  };
  const remove = (ref: string) => store.delete(normalizedName(parseReference(ref)));
  return {
    ...{ clock, store, pulls, calls, faults, lines, pullEvents, statuses, source, tell, turns, noted },
    ...{ stop, run, image, remove, tools },
  };
}
