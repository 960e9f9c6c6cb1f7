import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createImageUse } from "../../src/runtime/cri-image-use.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { usePodNode } from "./pod-node.ts";

const bounds = { timeoutMs: 60_000 };

for (const kind of containerdMatrix) {
  describe(`use of images, on ${kind} containerd`, () => {
    const node = usePodNode(kind);
    const used = async () => {
      const set = await createImageUse(node().channel).listUsed(bounds);
      assert.ok(set);
      return set;
    };

    test("is none of an image that is only present", async () => {
      const image = await node().pullNew();
      const set = await used();
      assert.deepEqual([set.has(image.id), set.has(image.ref)], [false, false]);
    });

    test("is seen of a container that was created, runs or has exited, until it is removed", async () => {
      const image = await node().pullNew();
      const pod = await node().runPod();
      const container = await pod.createContainer({ image: image.id });
      assert.equal((await used()).has(image.id), true, "created");
      await pod.startContainer(container);
      assert.equal((await used()).has(image.id), true, "running");
      await pod.stopContainer(container);
      assert.equal((await used()).has(image.id), true, "exited");
      await pod.removeContainer(container);
      assert.equal((await used()).has(image.id), false, "removed");
    });

    test("is seen of the image that pod sandboxes are made of", async () => {
      const pod = await node().runPod();
      assert.equal((await used()).has(node().pauseRef), true);
      await pod.remove();
    });
  });
}

describe("use of images as volumes, on the containerd that has them", () => {
  const node = usePodNode("cached");
  const used = async () => (await createImageUse(node().channel).listUsed(bounds)) ?? new Set<string>();

  test("is seen as long as the container is there", async () => {
    const [program, volume] = [await node().pullNew(), await node().pullNew()];
    const pod = await node().runPod();
    const container = await pod.createContainer({ image: program.id, volumeImage: volume.id });
    await pod.startContainer(container);
    assert.equal((await used()).has(volume.id), true, "running");
    await pod.stopContainer(container);
    assert.equal((await used()).has(volume.id), true, "exited");
    await pod.remove();
    assert.equal((await used()).has(volume.id), false, "removed");
  });

  test("is seen as long as it is mounted, without a container and by every name", async () => {
    const [program, volume] = [await node().pullNew(), await node().pullNew()];
    const pod = await node().runPod();
    const container = await pod.createContainer({ image: program.id, volumeImage: volume.id });
    await pod.removeContainer(container);
    const set = await used();
    assert.deepEqual(
      [volume.id, volume.ref, volume.digest].map((name) => set.has(name)),
      [true, true, true],
    );
    await pod.remove();
    assert.equal((await used()).has(volume.id), false);
  });

  test("is seen when the sandbox has stopped and its exited container has not been removed", async () => {
    const [program, volume] = [await node().pullNew(), await node().pullNew()];
    const pod = await node().runPod();
    const container = await pod.createContainer({ image: program.id, volumeImage: volume.id });
    await pod.startContainer(container);
    await pod.stop();
    assert.equal((await used()).has(volume.id), true);
    await pod.remove();
    assert.equal((await used()).has(volume.id), false);
  });
});
