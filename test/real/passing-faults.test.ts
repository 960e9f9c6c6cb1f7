import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import type { FaultRule } from "../registry/fault.ts";
import { assertPulled, type FetchRun, fetchArgs, readFetch } from "./fetch.ts";
import { type Published, useNode } from "./node.ts";
import { startPrestow } from "./prestow.ts";

// A list whose images each meet a fault that passes. All must end present, those that were cut in the middle
// without being downloaded again from the start.

interface Passing {
  readonly name: string;
  /** Lifted after the first failed attempt where it does not say how many times it is met. */
  readonly fault: FaultRule;
  /** The kind that the log tells of the first attempt; undefined where the runtime gets over it by itself. */
  readonly kind: string | undefined;
  /** Whether the fault is in the layer, and what came before it is to be kept. */
  readonly resumes?: boolean;
}

const sizeBytes = 3_000_000;
const afterBytes = 2_300_000;
const attemptTimeoutMs = 8000;

const status = (code: number): FaultRule => ({ kind: "status", status: code, on: "manifest" });

const faults: readonly Passing[] = [
  { name: "401", fault: status(401), kind: "denied" },
  { name: "403", fault: status(403), kind: "denied" },
  { name: "404", fault: status(404), kind: "not-found" },
  { name: "500", fault: status(500), kind: "unavailable" },
  { name: "502", fault: status(502), kind: "unavailable" },
  { name: "503", fault: status(503), kind: "unavailable" },
  { name: "a reset", fault: { on: "manifest", kind: "reset" }, kind: "unavailable" },
  { name: "a redirect loop", fault: { on: "any", kind: "redirect-loop" }, kind: "unavailable" },
  { name: "a hang before the answer", fault: { on: "manifest", kind: "hang", times: 1 }, kind: "timeout" },
  {
    name: "a hang in the middle",
    fault: { on: "blob", kind: "hang-body", afterBytes, times: 1 },
    kind: "stalled",
    resumes: true,
  },
  {
    name: "a trickle",
    fault: { on: "blob", kind: "slow", bytesPerSecond: 1000, times: 1 },
    kind: "stalled",
    resumes: true,
  },
  {
    name: "a reset in the middle",
    fault: { on: "blob", kind: "reset", afterBytes, times: 1 },
    kind: "unavailable",
  },
  {
    name: "a connection that closes in the middle",
    fault: { on: "blob", kind: "truncate", afterBytes, times: 1 },
    kind: undefined,
    resumes: true,
  },
  {
    name: "a layer that is cut short",
    fault: { on: "blob", kind: "truncate", afterBytes, contentLength: "short", times: 1 },
    kind: "corrupt",
    resumes: true,
  },
  { name: "a wrong digest", fault: { on: "blob", kind: "corrupt", times: 1 }, kind: "corrupt" },
];

for (const kind of containerdMatrix) {
  describe(`a fault that passes, on ${kind} containerd`, () => {
    const node = useNode(kind);
    const images = new Map<string, Published>();
    const lifts = new Map<string, () => void>();
    let run: FetchRun;

    before(async () => {
      for (const { name, fault } of faults) {
        const image = node().publish({ sizeBytes });
        const inLayer = fault.on === "blob" ? { reference: image.layerDigest } : {};
        const lift = node().registry.fault(image.repository, { ...fault, ...inLayer });
        images.set(name, image);
        if (fault.times === undefined) lifts.set(image.ref, lift);
      }
      const refs = [...images.values()].map(({ ref }) => ref);
      const flags = {
        "initial-pull-attempt-timeout": `${attemptTimeoutMs}ms`,
        "initial-pull-attempt-delay": "400ms",
        "overall-timeout": "25s",
      };
      const running = startPrestow(fetchArgs(node().socket, refs, flags), { withinMs: 20_000 });
      for (const [ref, lift] of lifts)
        await running.said(`"pull attempt failed","image":"${ref}"`).then(lift);
      run = readFetch(await running.ended);
    });

    for (const { name, kind, resumes = false } of faults) {
      test(`${name} ends as present`, () => {
        const image = images.get(name);
        assert.ok(image);
        assertPulled(run, image.ref);
        const attempts = failedAttempts(run, image.ref);
        assert.equal(attempts[0]?.kind, kind, JSON.stringify(attempts));
        if (kind === "stalled") assert.ok((attempts[0]?.durationMs ?? 0) < attemptTimeoutMs - 2000);
        if (!resumes) return;
        const served = node().registry.bytesServed(image.repository);
        assert.ok(served <= image.sizeBytes * 1.2, `${served} bytes served of ${image.sizeBytes}`);
      });
    }

    test("the run ends with exit status 0", () => assert.equal(run.code, 0));
  });
}

interface FailedAttempt {
  readonly kind: string;
  readonly durationMs: number;
}

function failedAttempts(run: FetchRun, ref: string): FailedAttempt[] {
  const lines = run.stderr.split("\n").filter((line) => line !== "");
  const entries = lines.map((line): FailedAttempt & { msg: string; image: string } => JSON.parse(line));
  return entries.filter(({ msg, image }) => msg === "pull attempt failed" && image === ref);
}
