import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { createSelfSignedCertificate } from "../registry/certificate.ts";
import type { FaultRule } from "../registry/fault.ts";
import { startTestRegistry } from "../registry/registry.ts";
import { assertFailed, assertPulled, type FetchRun, runFetch } from "./fetch.ts";
import { type TestNode, useNode } from "./node.ts";

// A list where all images but the last meet a fault that does not pass: all are asked for in one run, which
// lasts as long as its overall timeout lets it.

interface Lasting {
  readonly name: string;
  readonly fault: FaultRule;
  readonly kind: string;
  /** How many attempts are made; where it is absent, several, until the overall timeout. */
  readonly attempts?: number;
}

const overallMs = 6000;

const status = (code: number, on: "manifest" | "blob"): FaultRule => ({ kind: "status", status: code, on });

const faults: readonly Lasting[] = [
  { name: "401", fault: status(401, "manifest"), kind: "denied", attempts: 3 },
  { name: "401 of a blob", fault: status(401, "blob"), kind: "denied", attempts: 3 },
  { name: "403", fault: status(403, "manifest"), kind: "denied", attempts: 3 },
  { name: "403 of a blob", fault: status(403, "blob"), kind: "denied", attempts: 3 },
  { name: "404", fault: status(404, "manifest"), kind: "not-found", attempts: 3 },
  { name: "404 of a blob", fault: status(404, "blob"), kind: "not-found", attempts: 3 },
  ...[500, 502, 503].flatMap((code) => [
    { name: `${code}`, fault: status(code, "manifest"), kind: "unavailable" },
    { name: `${code} of a blob`, fault: status(code, "blob"), kind: "unavailable" },
  ]),
  { name: "a reset", fault: { on: "manifest", kind: "reset" }, kind: "unavailable" },
  { name: "a reset in a blob", fault: { on: "blob", kind: "reset", afterBytes: 0 }, kind: "unavailable" },
  { name: "a hang before the answer", fault: { on: "manifest", kind: "hang" }, kind: "timeout" },
  {
    name: "a hang in the middle of a blob",
    fault: { on: "blob", kind: "hang-body", afterBytes: 0 },
    kind: "stalled",
  },
  { name: "a trickle", fault: { on: "blob", kind: "slow", bytesPerSecond: 500 }, kind: "stalled" },
  {
    name: "a layer that is cut short",
    fault: { on: "blob", kind: "truncate", afterBytes: 50, contentLength: "short" },
    kind: "corrupt",
  },
  { name: "a wrong digest", fault: { on: "blob", kind: "corrupt" }, kind: "corrupt" },
  { name: "a manifest's wrong digest", fault: { on: "manifest", kind: "corrupt" }, kind: "corrupt" },
  { name: "a redirect loop", fault: { on: "any", kind: "redirect-loop" }, kind: "unavailable" },
];

for (const kind of containerdMatrix) {
  describe(`a fault that does not pass, on ${kind} containerd`, () => {
    const node = useNode(kind, { hosts: { "registry.test": "127.0.0.1" } });
    const refs = new Map<string, string>();
    let run: FetchRun;
    let healthy: ReturnType<TestNode["publish"]>;
    let startedMs: number;

    before(async () => {
      const tls = await startTestRegistry({ tls: await createSelfSignedCertificate() });
      for (const { name, fault } of faults) refs.set(name, node().publish({ fault }).ref);
      refs.set("tls", `registry.test:${tls.host.split(":")[1]}/app:v1`);
      refs.set("dns", "registry.invalid/app:v1");
      healthy = node().publish();
      const flags = { "overall-timeout": `${overallMs}ms`, "initial-pull-attempt-timeout": "2s" };
      startedMs = performance.now();
      run = await runFetch(node().socket, [...refs.values(), healthy.ref], flags, {
        withinMs: overallMs + 3000,
      });
      await tls.close();
    });

    const assertKind = ({ name, kind, attempts }: Omit<Lasting, "fault">) => {
      const ref = refs.get(name) ?? "";
      assertFailed(run, ref, kind);
      const made = run.image(ref).attempts;
      if (attempts === undefined) assert.ok(made > 1, `${made} attempts`);
      else assert.equal(made, attempts);
    };

    for (const lasting of faults) {
      test(`${lasting.name} ends as ${lasting.kind}`, () => assertKind(lasting));
    }
    test("a certificate that cannot be trusted ends as unavailable", () =>
      assertKind({ name: "tls", kind: "unavailable" }));
    test("a name that does not resolve ends as unavailable", () =>
      assertKind({ name: "dns", kind: "unavailable" }));

    test("the healthy image at the end of the list is not held up", () => {
      assertPulled(run, healthy.ref);
      const ends = node()
        .registry.requests()
        .filter(({ repository }) => repository === healthy.repository)
        .map(({ endedAtMs }) => (endedAtMs ?? Number.POSITIVE_INFINITY) - startedMs);
      assert.ok(Math.max(...ends) < overallMs - 1000, `pulled after ${Math.max(...ends)} ms`);
    });

    test("the run ends with exit status 1 and counts them all", () => {
      assert.equal(run.code, 1);
      assert.equal(run.output.failed, refs.size);
      assert.equal(run.output.pulled, 1);
    });
  });
}
