import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertPulled, runFetch } from "./fetch.ts";
import { type Published, useNode } from "./node.ts";
import { runPrestow } from "./prestow.ts";

for (const kind of containerdMatrix) {
  describe(`what is pulled and told, on ${kind} containerd`, () => {
    const node = useNode(kind);
    const requestsOf = ({ repository }: Published) =>
      node()
        .registry.requests()
        .filter((request) => request.repository === repository).length;

    test("a present tag is not asked for again, latest is, and with Always each is", async () => {
      const [fixed, latest] = [node().publish(), node().publish({ tag: "latest" })];
      const refs = [fixed.ref, latest.ref];
      const first = await runFetch(node().socket, refs);
      for (const ref of refs) assertPulled(first, ref);

      node().registry.resetRecord();
      const second = await runFetch(node().socket, refs);
      assert.equal(second.code, 0);
      assert.equal(second.image(fixed.ref).outcome, "present");
      assert.equal(requestsOf(fixed), 0);
      assert.ok(requestsOf(latest) > 0);

      node().registry.resetRecord();
      const kept = await runFetch(node().socket, refs, { "pull-policy": "IfNotPresent" });
      assert.equal(kept.output.present, 2);
      assert.deepEqual(node().registry.requests(), []);

      const third = await runFetch(node().socket, refs, { "pull-policy": "Always" });
      assert.equal(third.code, 0);
      assert.ok(requestsOf(fixed) > 0);
    });

    test("a dry run tells what would be done, as table and as JSON, and asks no registry", async () => {
      const [present, absent] = [node().publish(), node().publish()];
      assertPulled(await runFetch(node().socket, [present.ref]), present.ref);
      node().registry.resetRecord();
      const args = [
        "fetch",
        "--dry-run",
        `--cri-socket=${node().socket}`,
        present.ref,
        absent.ref,
        "busybox",
      ];
      const json = await runPrestow([...args, "--output=json"]);
      assert.equal(json.code, 0);
      const plan: { images: Record<string, string>[] } = JSON.parse(json.stdout);
      assert.deepEqual(
        plan.images.map(({ ref, normalizedRef, action }) => [ref, normalizedRef, action]),
        [
          [present.ref, present.ref, "keep"],
          [absent.ref, absent.ref, "pull"],
          ["busybox", "docker.io/library/busybox:latest", "pull"],
        ],
      );
      for (const { reason } of plan.images) assert.match(reason ?? "", /present/);
      const table = await runPrestow(args);
      assert.match(table.stdout, /^IMAGE +ACTION +REASON\n/);
      assert.ok(table.stdout.includes(absent.ref));
      assert.deepEqual(node().registry.requests(), []);
    });

    test("a dry run of a list with a name that is none ends with exit status 1", async () => {
      const run = await runPrestow(["fetch", "--dry-run", `--cri-socket=${node().socket}`, "a b"]);
      assert.equal(run.code, 1);
      assert.match(run.stdout, /reject/);
    });

    test("failures are allowed where that is asked for", async () => {
      const missing = node().publish({ fault: { on: "manifest", kind: "status", status: 404 } });
      const run = await runFetch(node().socket, [missing.ref, "a b"], { "allow-failures": "true" });
      assert.equal(run.output.failed, 2);
      assert.equal(run.code, 0);
    });

    test("the table for people has image, digest, size, time, attempts and outcome", async () => {
      const image = node().publish();
      const run = await runPrestow(["fetch", `--cri-socket=${node().socket}`, image.ref]);
      assert.equal(run.code, 0);
      assert.match(run.stdout, /^IMAGE +DIGEST +SIZE +TIME +ATTEMPTS +OUTCOME\n/);
      assert.match(run.stdout, / [0-9a-f]{12} .* 1 +pulled\n/);
      for (const line of run.stderr.trimEnd().split("\n")) JSON.parse(line);
    });

    test("with one slot the order of the list is the order of the pulls", async () => {
      const images = [1, 2, 3, 4].map(() => node().publish());
      const refs = images.map(({ ref }) => ref);
      const run = await runFetch(node().socket, refs, { "max-parallel": "1" });
      assert.equal(run.code, 0);
      const seen = node()
        .registry.requests()
        .map(({ repository }) => images.findIndex((image) => image.repository === repository));
      assert.deepEqual([...new Set(seen.filter((index) => index >= 0))], [0, 1, 2, 3]);
    });
  });
}
