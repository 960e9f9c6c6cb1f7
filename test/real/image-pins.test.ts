import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildImage } from "../../lab/images/build.ts";
import { type Channel, createChannel } from "../../src/lib/grpc/channel.ts";
import { createContainerdPins } from "../../src/runtime/containerd-pins.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import * as images from "../../src/runtime/gen/containerd-images.ts";
import { supportsPins } from "../../src/runtime/pin-support.ts";
import { createUnaryCall } from "../../src/runtime/unary-call.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { type Published, type TestNode, useNode } from "./node.ts";
import { waitFor } from "./wait-for.ts";

const bounds = { timeoutMs: 30_000 };
const pinLabel = "io.cri-containerd.pinned";
const ownerLabel = "prestow.dev/pinned-by";

for (const kind of containerdMatrix) {
  describe(`pins, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("are honoured where the version says so, and harmless elsewhere", async (t) => {
      const { runtime, pins, pulled, seenAsPinned } = open(node(), t);
      const { ref, id } = await pulled();
      const before = await runtime.imageStatus(ref, bounds);
      assert.equal(before?.pinned, false);
      assert.equal(await pins.pin(id, bounds), true);
      const supported = supportsPins(await runtime.version(bounds));
      assert.equal(supported, kind === "cached");
      if (supported) await seenAsPinned(ref, true);
      const { pinned: _, ...after } = (await runtime.imageStatus(ref, bounds)) ?? { pinned: false };
      const { pinned: __, ...expected } = before;
      assert.deepEqual(after, expected);
      assert.equal(await pins.unpin(id, bounds), true);
      await seenAsPinned(ref, false);
    });

    test("are put on one record beside what is there, and taken away without a trace", async (t) => {
      const { pins, pulled, read } = open(node(), t);
      const { id } = await pulled();
      const before = await read(id);
      await pins.pin(id, bounds);
      const labels = { ...before.labels, [pinLabel]: "pinned", [ownerLabel]: "agent" };
      assert.deepEqual(await read(id), { ...before, labels });
      await pins.unpin(id, bounds);
      assert.deepEqual(await read(id), before);
    });

    test("are listed as long as they are there, and may be set and taken away twice", async (t) => {
      const { pins, pulled } = open(node(), t);
      const one = await pulled();
      const two = await pulled();
      const own = async () => (await pins.listOwn(bounds)).map(({ imageId }) => imageId).sort();
      for (const { id } of [one, two, one]) assert.equal(await pins.pin(id, bounds), true);
      assert.deepEqual(await own(), [one.id, two.id].sort());
      assert.equal(await pins.unpin(one.id, bounds), true);
      assert.equal(await pins.unpin(one.id, bounds), false);
      assert.deepEqual(await own(), [two.id]);
      await pins.unpin(two.id, bounds);
    });

    test("of somebody else are left alone", async (t) => {
      const { pins, pulled, read, label } = open(node(), t);
      const { id } = await pulled();
      await label(id, { [pinLabel]: "pinned" });
      assert.equal(await pins.pin(id, bounds), false);
      assert.equal(await pins.unpin(id, bounds), false);
      const { labels } = await read(id);
      assert.deepEqual([labels[pinLabel], labels[ownerLabel]], ["pinned", undefined]);
      assert.deepEqual(await pins.listOwn(bounds), []);
    });

    test("that lost the runtime's label are set again", async (t) => {
      const { pins, pulled, read, label } = open(node(), t);
      const { id } = await pulled();
      await pins.pin(id, bounds);
      await label(id, { [pinLabel]: "" });
      assert.equal(await pins.pin(id, bounds), true);
      assert.equal((await read(id)).labels[pinLabel], "pinned");
      await pins.unpin(id, bounds);
    });

    test("stay when the tag is pulled again, be it the same image or another", async (t) => {
      const { runtime, pins, pulled, read } = open(node(), t);
      const { ref, id, repository } = await pulled();
      await pins.pin(id, bounds);
      await runtime.pullImage({ image: ref }, bounds);
      assert.equal((await read(id)).labels[pinLabel], "pinned");
      const moved = buildImage({ layers: [{ seed: `${repository} moved`, sizeBytes: 1000 }] });
      node().registry.add(repository, "v1", moved);
      await runtime.pullImage({ image: ref }, bounds);
      assert.notEqual((await runtime.imageStatus(ref, bounds))?.id, id);
      assert.deepEqual(await pins.listOwn(bounds), [{ imageId: id }]);
      assert.equal(await pins.unpin(id, bounds), true);
    });

    test("stay when containerd is killed and comes back", async (t) => {
      const { runtime, pins, pulled, seenAsPinned } = open(node(), t);
      const { ref, id } = await pulled();
      await pins.pin(id, bounds);
      await node().containerd.kill("SIGKILL");
      await node().containerd.restart();
      await waitFor("the channel has the new connection", () => answers(() => pins.listOwn(bounds)), 30_000);
      assert.deepEqual(await pins.listOwn(bounds), [{ imageId: id }]);
      if (supportsPins(await runtime.version(bounds))) await seenAsPinned(ref, true);
      await pins.unpin(id, bounds);
    });

    test("do not keep an image from being removed by name, and go with it", async (t) => {
      const { runtime, pins, pulled } = open(node(), t);
      const { ref, id } = await pulled();
      await pins.pin(id, bounds);
      await runtime.removeImage(ref, bounds);
      assert.deepEqual(await pins.listOwn(bounds), []);
      assert.equal(await pins.pin(id, bounds), false);
      assert.equal(await pins.unpin(id, bounds), false);
    });
  });
}

type Labels = Readonly<Record<string, string>>;

function open(node: TestNode, t: { after(end: () => void): void }) {
  const channel: Channel = createChannel({ target: { path: node.socket } });
  t.after(() => channel.close());
  const runtime = createCriRuntime(channel);
  const service = "/containerd.services.images.v1.Images/";
  const call = createUnaryCall(channel, { "containerd-namespace": "k8s.io" });
  const read = async (name: string): Promise<images.Image> => {
    const codecs = [images.GetImageRequest, images.GetImageResponse] as const;
    const { image } = await call(`${service}Get`, codecs, { name }, bounds);
    assert.ok(image);
    return image;
  };
  return {
    runtime,
    pins: createContainerdPins(channel),
    read,
    /** As somebody else does it. */
    async label(name: string, labels: Labels) {
      const codecs = [images.UpdateImageRequest, images.UpdateImageResponse] as const;
      const paths = Object.keys(labels).map((key) => `labels.${key}`);
      const { target } = await read(name);
      await call(
        `${service}Update`,
        codecs,
        { image: { name, labels: { ...labels }, target }, updateMask: { paths } },
        bounds,
      );
    },
    async pulled(): Promise<Published & { readonly id: string }> {
      const image = node.publish();
      await runtime.pullImage({ image: image.ref }, bounds);
      const id = (await runtime.imageStatus(image.ref, bounds))?.id ?? "";
      return { ...image, id };
    },
    // CRI hears of a label by an event.
    seenAsPinned: (ref: string, pinned: boolean) =>
      waitFor(
        `CRI lists it as ${pinned ? "" : "not "}pinned`,
        async () => (await runtime.imageStatus(ref, bounds))?.pinned === pinned,
        30_000,
      ),
  };
}

async function answers(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}
