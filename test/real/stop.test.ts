import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../src/lib/clock.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createContainerdDownloads } from "../../src/runtime/containerd-downloads.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertFailed, assertPulled, fetchArgs, readFetch, runFetch } from "./fetch.ts";
import { type Published, type TestNode, useNode } from "./node.ts";
import { startPrestow } from "./prestow.ts";
import { waitFor } from "./wait-for.ts";

const sizeBytes = 3_000_000;

for (const kind of containerdMatrix) {
  describe(`a run that is stopped, on ${kind} containerd`, () => {
    const node = useNode(kind);

    for (const [signal, code] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      test(`by ${signal} tells within 2 s what it has done, and exits ${code}`, async () => {
        const done = node().publish();
        const slow = node().publish({ sizeBytes });
        node().registry.fault(slow.repository, { on: "blob", kind: "slow", bytesPerSecond: 100_000 });
        const running = startPrestow(fetchArgs(node().socket, [done.ref, slow.ref]));
        await running.said(`"msg":"image pulled","image":"${done.ref}"`);
        const stoppedMs = performance.now();
        running.kill(signal);
        const run = readFetch(await running.ended);
        const tookMs = performance.now() - stoppedMs;
        assert.ok(tookMs < 2000, `${tookMs} ms`);
        assert.equal(run.code, code);
        assertPulled(run, done.ref);
        assertFailed(run, slow.ref, "cancelled");
      });
    }

    test("by SIGTERM prints the table, too", async () => {
      const slow = node().publish({ fault: { on: "manifest", kind: "hang" } });
      const args = fetchArgs(node().socket, [slow.ref], { output: "table" });
      const running = startPrestow(args);
      await running.said("pulling image");
      running.kill("SIGTERM");
      const run = await running.ended;
      assert.equal(run.code, 143);
      assert.match(run.stdout, /failed: cancelled/);
      assert.match(run.stdout, /1 image: 0 pulled, 0 already present, 1 failed/);
    });

    test("before its first pull tells of every image that it is cancelled", async () => {
      const image = node().publish();
      const args = [...fetchArgs(node().socket, [image.ref]), "--start-jitter", "500h", "--debug"];
      const running = startPrestow(args);
      await running.said("no node label");
      running.kill("SIGTERM");
      const run = readFetch(await running.ended);
      assert.equal(run.code, 143);
      assertFailed(run, image.ref, "cancelled");
    });

    test("by SIGKILL leaves what it has to the next run, which goes on from there", async () => {
      const image = await killInTheMiddle(node());
      const run = await runFetch(node().socket, [image.ref]);
      assertPulled(run, image.ref);
      assert.equal(run.code, 0);
      const served = node().registry.bytesServed(image.repository);
      assert.ok(served <= image.sizeBytes * 1.2, `${served} bytes served of ${image.sizeBytes}`);
    });
  });
}

/** An image whose first pull was killed when two thirds of it had come, at a moment when no more came. */
async function killInTheMiddle(node: TestNode): Promise<Published> {
  const image = node.publish({ sizeBytes });
  const afterBytes = 2 * 1024 * 1024;
  node.registry.fault(image.repository, {
    on: "blob",
    reference: image.layerDigest,
    kind: "hang-body",
    afterBytes,
    times: 1,
  });
  const running = startPrestow(fetchArgs(node.socket, [image.ref], { "stall-timeout": "30s" }));
  await waitForDownload(node, image.layerDigest, afterBytes);
  running.kill("SIGKILL");
  assert.equal((await running.ended).signal, "SIGKILL");
  return image;
}

async function waitForDownload(node: TestNode, digest: string, offsetBytes: number): Promise<void> {
  const channel = createChannel({ target: { path: node.socket } });
  const downloads = createContainerdDownloads(channel, systemClock);
  try {
    await waitFor(`the runtime has ${offsetBytes} bytes`, async () => {
      const active = await downloads.listActive({ timeoutMs: 5000 });
      return active.some((download) => download.digest === digest && download.offsetBytes >= offsetBytes);
    });
  } finally {
    channel.close();
  }
}
