import type { AuthConfig } from "../../src/runtime/gen/cri.ts";
import type { CriMethod } from "./behaviour.ts";
import type { IncomingCall } from "./unary.ts";

/** What the fake remembers of a call. */
export interface RecordedCall {
  readonly method: CriMethod;
  readonly image: string | undefined;
  /** As it came: tests send made-up secrets only. */
  readonly auth: AuthConfig | undefined;
  readonly leaseId: string | undefined;
  /** Monotonic. */
  readonly atMs: number;
  /** `cancelled`: the client gave up, or its connection was lost. */
  readonly outcome: "running" | "answered" | "failed" | "cancelled";
}

/** The calls of a runtime's life, restarts included. */
export interface CallRecord {
  /** Remembers a call until `work` has ended, and how it did. */
  run<T>(call: IncomingCall, work: () => Promise<T>): Promise<T>;
  calls(method?: CriMethod): RecordedCall[];
  /** The most PullImage calls that ran at once. */
  maxConcurrentPulls(): number;
}

export function createCallRecord(nowMs: () => number): CallRecord {
  const all: { -readonly [Key in keyof RecordedCall]: RecordedCall[Key] }[] = [];
  let maxPulls = 0;
  const running = () => all.filter(({ method, outcome }) => method === "PullImage" && outcome === "running");
  return {
    async run({ signal, ...call }, work) {
      const entry: (typeof all)[number] = { ...call, atMs: nowMs(), outcome: "running" };
      all.push(entry);
      maxPulls = Math.max(maxPulls, running().length);
      try {
        const result = await work();
        entry.outcome = "answered";
        return result;
      } catch (error) {
        entry.outcome = signal.aborted ? "cancelled" : "failed";
        throw error;
      }
    },
    calls: (method) =>
      all.filter((call) => method === undefined || call.method === method).map((c) => ({ ...c })),
    maxConcurrentPulls: () => maxPulls,
  };
}
