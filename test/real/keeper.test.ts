import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { createKeeper, type KeeperSettings } from "../../src/agent/keep/keeper.ts";
import { openPullRecord } from "../../src/agent/keep/record.ts";
import { createContainerdPins } from "../../src/runtime/containerd-pins.ts";
import { createImageDisk } from "../../src/runtime/cri-image-disk.ts";
import { createImageUse } from "../../src/runtime/cri-image-use.ts";
import * as images from "../../src/runtime/gen/containerd-images.ts";
import { supportsPins } from "../../src/runtime/pin-support.ts";
import { createUnaryCall } from "../../src/runtime/unary-call.ts";
import { createManualClock } from "../clock/manual-clock.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { createLogLines } from "../keep/log-lines.ts";
import { desiredOf } from "../keep/world.ts";
import { type PodNode, usePodNode } from "./pod-node.ts";
import { waitFor } from "./wait-for.ts";

const bounds = { timeoutMs: 60_000 };
const syncMs = 15_000;

for (const kind of containerdMatrix) {
  describe(`the keeper, on ${kind} containerd`, () => {
    const node = usePodNode(kind);

    test("pins what is desired, also when somebody pulls the tag again, and unpins what is not", async (t) => {
      const { lines, pins, take, isPinned } = await startKeeper(t, node(), { pin: true });
      const [image, stays] = [await node().pullNew(), await node().pullNew()];
      const own = async () => (await pins.listOwn(bounds)).map(({ imageId }) => imageId);
      const shown = supportsPins(await node().runtime.version(bounds));
      await take([image.ref, stays.ref], async () => (await own()).length === 2);
      if (shown) await waitFor("CRI shows the pin", () => isPinned(image.ref), 60_000);

      await node().runtime.pullImage({ image: image.ref }, bounds);
      const isKept = async () => (await isPinned(image.ref)) === shown;
      await waitFor("CRI shows what it showed before", isKept, 60_000);
      await node().runtime.removeImage(image.ref, bounds);
      await node().runtime.pullImage({ image: image.ref }, bounds);
      await take([image.ref, stays.ref], async () => (await own()).includes(image.id));
      if (shown) await waitFor("CRI shows it again", () => isPinned(image.ref), 60_000);
      // That no pin is shown may be said of the newest too: the clock here runs ahead of it.
      const faults = lines.filter((line) => line.startsWith("warn") && !line.includes("shows no pins"));
      assert.deepEqual(faults, []);

      await take([stays.ref], async () => !(await own()).includes(image.id));
      assert.deepEqual(await own(), [stays.id]);
      await waitFor("CRI shows the pin no more", async () => !(await isPinned(image.ref)), 60_000);
      await take([], async () => (await own()).length === 0);
    });

    test("prunes what it pulled and nobody desires, tags, uses or pins, and nothing else", async (t) => {
      const { keeper, pruned, take, ids } = await startKeeper(t, node(), { prune: "remove" });
      const pull = async () => {
        const image = await node().pullNew();
        keeper.notePulled(image.ref, image.id);
        return image;
      };
      const wanted = await pull();
      const [running, exited, free, tagged, pinned] = [
        await pull(),
        await pull(),
        await pull(),
        await pull(),
        await pull(),
      ];
      const foreign = await node().pullNew();
      const pod = await node().runPod();
      await pod.startContainer(await pod.createContainer({ image: running.id }));
      const done = await pod.createContainer({ image: exited.id });
      await pod.startContainer(done);
      await pod.stopContainer(done);
      await tagAsSomebodyElse(node(), tagged.ref);
      await pinAsSomebodyElse(node(), pinned.id);

      await take([wanted.ref], async () => !(await ids()).has(free.id));
      // Long enough for what was in use to be asked for again.
      for (let i = 0; i < 30; i++) await take([wanted.ref]);
      const left = await ids();
      // Where pins do not count they keep nothing from the kubelet either.
      const keepsPinned = supportsPins(await node().runtime.version(bounds));
      const expected = { wanted, running, exited, tagged, foreign, ...(keepsPinned && { pinned }) };
      for (const [what, { id }] of Object.entries(expected)) {
        assert.ok(left.has(id), `${what} is still there`);
      }
      assert.deepEqual(pruned.sort(), (keepsPinned ? [free.ref] : [free.ref, pinned.ref]).sort());

      await pod.remove();
      await take([wanted.ref], async () => !(await ids()).has(running.id));
      await take([wanted.ref], async () => !(await ids()).has(exited.id));
    });
  });
}

describe("the keeper, on the containerd that has image volumes", () => {
  const node = usePodNode("cached");

  test("prunes no image that is mounted as a volume, and prunes it when the pod is gone", async (t) => {
    const { keeper, pruned, take, ids } = await startKeeper(t, node(), { prune: "remove" });
    const [wanted, volume] = [await node().pullNew(), await node().pullNew()];
    for (const { ref, id } of [wanted, volume]) keeper.notePulled(ref, id);
    const pod = await node().runPod();
    await pod.startContainer(await pod.createContainer({ image: wanted.id, volumeImage: volume.id }));
    for (let i = 0; i < 30; i++) await take([wanted.ref]);
    assert.deepEqual(pruned, []);
    await pod.remove();
    await take([wanted.ref], async () => !(await ids()).has(volume.id));
    // The list is without it a moment before the removal has its answer.
    await waitFor("the removal is told", () => pruned.length > 0, 60_000);
    assert.deepEqual(pruned, [volume.ref]);
  });

  test("prunes by the record of an earlier run, and by a broken one nothing", async (t) => {
    const [wanted, free] = [await node().pullNew(), await node().pullNew()];
    const stateDir = await mkdtemp(join(tmpdir(), "prestow-k-"));
    const first = await startKeeper(t, node(), { prune: "remove" }, stateDir);
    first.keeper.notePulled(free.ref, free.id);
    await first.keeper.close();
    const text = await readFile(join(stateDir, "pulled.json"), "utf8");

    await writeFile(join(stateDir, "pulled.json"), text.slice(0, -10));
    const broken = await startKeeper(t, node(), { prune: "remove" }, stateDir);
    for (let i = 0; i < 10; i++) await broken.take([wanted.ref]);
    assert.ok((await broken.ids()).has(free.id));
    await broken.keeper.close();

    await writeFile(join(stateDir, "pulled.json"), text);
    const second = await startKeeper(t, node(), { prune: "remove" }, stateDir);
    await second.take([wanted.ref], async () => !(await second.ids()).has(free.id));
    await waitFor("the removal is told", () => second.pruned.length > 0, 60_000);
    assert.deepEqual(second.pruned, [free.ref]);
  });
});

/** A keeper on the node's real parts; its clock passes a sync period with each turn. */
async function startKeeper(
  t: TestContext,
  { runtime, channel }: PodNode,
  settings: Partial<KeeperSettings>,
  givenDir?: string,
) {
  const clock = createManualClock();
  const { log, lines } = createLogLines();
  const stateDir = givenDir ?? (await mkdtemp(join(tmpdir(), "prestow-k-")));
  const record = await openPullRecord({ stateDir, clock, log });
  const pins = createContainerdPins(channel);
  const use = createImageUse(channel);
  const disk = createImageDisk({ runtime, statePath: stateDir });
  const pruned: string[] = [];
  const observe = (name: string) => void pruned.push(name);
  const keeper = createKeeper(
    { pin: false, maxPinned: { percent: 20 }, prune: "unpin", graceMs: syncMs, ...settings },
    { runtime, pins, use, disk, record, clock, log, observe },
  );
  t.after(async () => {
    await keeper.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  const turn = async (refs: readonly string[]) => {
    const present = await runtime.listImages(bounds);
    keeper.keep({ desired: desiredOf(refs), present, diskPressure: false });
    await clock.advance(syncMs);
  };
  return {
    keeper,
    lines,
    pins,
    pruned,
    ids: async () => new Set((await runtime.listImages(bounds)).map(({ id }) => id)),
    isPinned: async (ref: string) => (await runtime.imageStatus(ref, bounds))?.pinned === true,
    /** One turn, and more until the condition holds. */
    async take(refs: readonly string[], until: () => Promise<boolean> = async () => true) {
      await turn(refs);
      await waitFor(
        "the keeper has done it",
        async () => {
          if (await until()) return true;
          await turn(refs);
          return false;
        },
        60_000,
      );
    },
  };
}

const service = "/containerd.services.images.v1.Images/";

async function readImage({ channel }: PodNode, name: string): Promise<images.Image> {
  const codecs = [images.GetImageRequest, images.GetImageResponse] as const;
  const { image } = await createUnaryCall(channel, inCri)(`${service}Get`, codecs, { name }, bounds);
  assert.ok(image);
  return image;
}

const inCri = { "containerd-namespace": "k8s.io" };

/** As `ctr images tag` does it, and until CRI lists the new name. */
async function tagAsSomebodyElse(node: PodNode, ref: string): Promise<void> {
  const name = "somebody.test/else:1";
  // The request to create an image is the one to update it, without a mask.
  const codecs = [images.UpdateImageRequest, images.UpdateImageResponse] as const;
  const request = { image: { ...(await readImage(node, ref)), name }, updateMask: undefined };
  await createUnaryCall(node.channel, inCri)(`${service}Create`, codecs, request, bounds);
  const isListed = async () => (await node.runtime.imageStatus(name, bounds)) !== undefined;
  await waitFor("CRI lists the new name", isListed, 60_000);
}

/** As `ctr images label` does it, and until CRI shows it where it does. */
async function pinAsSomebodyElse(node: PodNode, imageId: string): Promise<void> {
  const labels = { "io.cri-containerd.pinned": "pinned" };
  const codecs = [images.UpdateImageRequest, images.UpdateImageResponse] as const;
  const { name, target } = await readImage(node, imageId);
  const request = {
    image: { name, target, labels },
    updateMask: { paths: ["labels.io.cri-containerd.pinned"] },
  };
  await createUnaryCall(node.channel, inCri)(`${service}Update`, codecs, request, bounds);
  if (!supportsPins(await node.runtime.version(bounds))) return;
  const isShown = async () => (await node.runtime.imageStatus(imageId, bounds))?.pinned === true;
  await waitFor("CRI shows the pin", isShown, 60_000);
}
