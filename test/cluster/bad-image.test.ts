import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { listMissing, pushFreshImages } from "./images.ts";
import { allNodes, createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { eventually, labImage, labNodes } from "./lab.ts";

const namespace = "bad-image-test";
const instance = createInstance({ name: namespace });
const absent = labImage("absent/nobody-pushed-it:v1");
const good = await pushFreshImages(2);

before(async () => {
  await createNamespace(namespace);
  await instance.apply([...good.slice(0, 1), absent, ...good.slice(1)]);
});

after(async () => {
  await instance.remove();
  await removeNamespace(namespace);
});

test("with one bad image the nodes are labelled failed, and the rollout does not succeed", async () => {
  await eventually(async () => assert.deepEqual(await instance.labels(), allNodes("failed")), 60_000);
  await assert.rejects(instance.rollout(5_000), /timed out waiting/);
  const restarts = Object.values(await instance.restarts());
  assert.ok(
    restarts.every((count) => count > 0),
    "the init containers are tried again",
  );
});

test("with one bad image the others are on every node", async () => {
  for (const node of labNodes()) assert.deepEqual(await listMissing(node, [absent, ...good]), [absent]);
});

test("the log of a failed fetch names the image and the kind of its failure", async () => {
  const log = await eventually(async () => {
    const log = await instance.logs();
    assert.match(log, /image failed/);
    return log;
  }, 60_000);
  const line = log.split("\n").find((text) => text.includes("image failed")) ?? "";
  assert.ok(line.includes(absent), line);
  assert.match(line, /not-found/);
});

test("once the list is mended the pods are rolled, the label becomes succeeded and so does the rollout", async () => {
  await instance.apply(good);
  await instance.rollout();
  assert.deepEqual(await instance.labels(), allNodes("succeeded"));
});
