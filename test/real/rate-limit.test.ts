import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import type { FaultRule } from "../registry/fault.ts";
import { assertFailed, assertPulled, fetchArgs, readFetch, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";
import { startPrestow } from "./prestow.ts";

const tooMany: FaultRule = { on: "manifest", kind: "status", status: 429 };

for (const kind of containerdMatrix) {
  describe(`a registry that answers 429, on ${kind} containerd`, () => {
    const node = useNode(kind);

    // containerd's text has no Retry-After, so both wait the same time.
    for (const headers of [undefined, { "retry-after": "7" }]) {
      const how = headers === undefined ? "without" : "with";
      test(`${how} Retry-After ends at once where the pause is longer than the time left`, async () => {
        const fault = headers === undefined ? tooMany : { ...tooMany, headers };
        const limited = node().publish({ fault });
        const healthy = node().publish({ registry: node().elsewhere });
        const run = await runFetch(node().socket, [limited.ref, healthy.ref], { "overall-timeout": "30s" });
        assertFailed(run, limited.ref, "rate-limited");
        assertPulled(run, healthy.ref);
        assert.equal(run.image(limited.ref).attempts, 1);
        assert.equal(run.code, 1);
        assert.ok(run.durationMs < 10_000, `${run.durationMs} ms`);
      });
    }

    test("is left alone for a minute by all its images, and the other registry is not", async () => {
      const limited = node().publish({ fault: tooMany });
      const same = node().publish();
      const healthy = node().publish({ registry: node().elsewhere });
      const flags = { "overall-timeout": "5m", "max-parallel": "1" };
      const args = fetchArgs(node().socket, [limited.ref, same.ref, healthy.ref], flags);
      const running = startPrestow(args);
      await running.said(`"msg":"image pulled","image":"${healthy.ref}"`);
      running.kill("SIGTERM");
      const run = readFetch(await running.ended);
      assertPulled(run, healthy.ref);
      assert.equal(run.image(same.ref).attempts, 0);
      const asked = node()
        .registry.requests()
        .filter(({ repository }) => repository === same.repository);
      assert.deepEqual(asked, []);
      const waitMs = Number(/"rate-limited".*"nextAttemptInMs":(?<waitMs>\d+)/.exec(run.stderr)?.[1]);
      assert.ok(waitMs >= 60_000 && waitMs <= 75_000, `${waitMs} ms`);
    });

    test("and says in its own text for how long, is asked again after that", async () => {
      const body = JSON.stringify({
        errors: [{ code: "TOOMANYREQUESTS", message: "slow down, retry-after: 1s" }],
      });
      const headers = { "content-type": "application/json" };
      const limited = node().publish();
      node().registry.fault(limited.repository, {
        ...tooMany,
        on: "blob",
        reference: limited.layerDigest,
        headers,
        body,
      });
      const running = startPrestow(fetchArgs(node().socket, [limited.ref], { "overall-timeout": "30s" }));
      await running.said('"kind":"rate-limited"');
      node().registry.clearFaults();
      const run = readFetch(await running.ended);
      assertPulled(run, limited.ref);
      assert.ok(run.durationMs > 1000 && run.durationMs < 10_000, `${run.durationMs} ms`);
    });
  });
}
