import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { createFront } from "../cri/front.ts";
import { assertPulled, type FetchRun, fetchArgs, readFetch } from "./fetch.ts";
import { type Published, type TestNode, useNode } from "./node.ts";
import { startPrestow } from "./prestow.ts";
import { waitFor } from "./wait-for.ts";

// Each test takes the runtime away when a download is half done: the registry stands still in its middle
// until then, so that there is no race.

const sizeBytes = 3_000_000;

for (const kind of containerdMatrix) {
  describe(`a runtime that is lost in mid-pull, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("and comes back after SIGKILL: all images end present", async () => {
      const { run } = await fetchThrough(node(), node().socket, async () => {
        await node().containerd.kill("SIGKILL");
        await node().containerd.restart();
      });
      assert.equal(run.code, 0);
    });

    test("and stands still for a while: all images end present, and in one attempt", async () => {
      const { run, image } = await fetchThrough(node(), node().socket, async (lift) => {
        await node().containerd.kill("SIGSTOP");
        lift();
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await node().containerd.kill("SIGCONT");
      });
      assert.equal(run.code, 0);
      assert.ok(run.image(image.ref).attempts <= 2, `${run.image(image.ref).attempts} attempts`);
    });

    test("by connections that close: all images end present", async () => {
      const socket = `${node().socket}.front`;
      const front = createFront(socket, node().socket);
      await front.listen();
      const { run } = await fetchThrough(node(), socket, async () => front.dropConnections());
      await front.stop();
      assert.equal(run.code, 0);
    });

    test("by a socket that goes and comes back later: all images end present", async () => {
      const socket = `${node().socket}.gone`;
      const front = createFront(socket, node().socket);
      await front.listen();
      const { run } = await fetchThrough(node(), socket, async (_, said) => {
        await front.stop();
        await said('"kind":"unavailable"');
        await front.listen();
      });
      await front.stop();
      assert.equal(run.code, 0);
    });

    test("for good ends as unavailable at the overall timeout, with exit status 1", async () => {
      const socket = `${node().socket}.ended`;
      const front = createFront(socket, node().socket);
      await front.listen();
      const image = publishHanging(node());
      const running = startPrestow(fetchArgs(socket, [image.ref], { "overall-timeout": "3s" }), {
        withinMs: 6000,
      });
      await waitForHalf(node(), image);
      await front.stop();
      const run = readFetch(await running.ended);
      assert.equal(run.code, 1);
      assert.equal(run.image(image.ref).error?.kind, "unavailable");
      assert.match(run.image(image.ref).error?.message ?? "", /container runtime is not reachable/);
    });
  });
}

function publishHanging(node: TestNode): Published {
  const image = node.publish({ sizeBytes });
  node.registry.fault(image.repository, {
    on: "blob",
    reference: image.layerDigest,
    kind: "hang-body",
    afterBytes: sizeBytes / 2,
    times: 1,
  });
  return image;
}

function waitForHalf(node: TestNode, image: Published): Promise<void> {
  const half = () => node.registry.bytesServed(image.repository) >= sizeBytes / 2;
  return waitFor("half of the layer is served", half);
}

/** Fetches two images; when one hangs half way, `happens` is awaited. Both must end present. */
async function fetchThrough(
  node: TestNode,
  socket: string,
  happens: (lift: () => void, said: (text: string) => Promise<void>) => Promise<void>,
): Promise<{ run: FetchRun; image: Published }> {
  const image = publishHanging(node);
  const other = node.publish();
  const flags = { "max-parallel": "1", "stall-timeout": "3s", "overall-timeout": "20s" };
  const running = startPrestow(fetchArgs(socket, [image.ref, other.ref], flags));
  await waitForHalf(node, image);
  await happens(
    () => node.registry.dropConnections(),
    (text) => running.said(text),
  );
  const run = readFetch(await running.ended);
  assertPulled(run, image.ref);
  assertPulled(run, other.ref);
  return { run, image };
}
