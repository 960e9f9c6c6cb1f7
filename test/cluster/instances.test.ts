import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { listMissing, pushFreshImages } from "./images.ts";
import { allNodes, createInstance, createNamespace, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labImage, labNodes, runLab } from "./lab.ts";

const namespace = "instances-test";
const [first = "", second = "", third = ""] = await pushFreshImages(3);
const good = createInstance({ name: "instances-good", namespace, images: [first, second] });
const bad = createInstance({
  name: "instances-bad",
  namespace,
  images: [third, labImage("absent/nobody-pushed-it:v1")],
});

before(async () => {
  await createNamespace(namespace);
  await Promise.all([good.apply(), bad.apply()]);
  await good.rollout();
});

after(async () => {
  await Promise.all([good.remove(), bad.remove()]);
  await removeNamespace(namespace);
});

test("two instances side by side fetch their own lists and write their own labels", async () => {
  for (const node of labNodes())
    await eventually(async () => assert.deepEqual(await listMissing(node, [first, second, third]), []));
  await eventually(async () => assert.deepEqual(await bad.labels(), allNodes("failed")), 60_000);
  assert.deepEqual(await good.labels(), allNodes("succeeded"));
});

test("deleting one instance changes nothing of the other", async () => {
  await bad.remove();
  await kubectl("delete", "pods", "--selector=app=instances-good", "--namespace", namespace);
  await good.rollout();
  assert.deepEqual(await good.labels(), allNodes("succeeded"));
  assert.deepEqual(await bad.labels(), allNodes(""));
});

test("a node that is added while all runs gets its images and its label unasked", async () => {
  const added = `node${labNodes().length + 1}`;
  const said = await runLab("add-node");
  try {
    const criSocket = /^(\S+) is ready: \S+, (\S+)$/m.exec(said)?.[2] ?? "";
    await eventually(async () => {
      assert.deepEqual(await good.labels(), { ...allNodes("succeeded"), [added]: "succeeded" });
    }, 60_000);
    assert.deepEqual(await listMissing({ criSocket }, [first, second]), []);
    await good.rollout();
  } finally {
    assert.equal(await runLab("remove-node"), `${added} is gone.\n`);
    // Else the controller that collects pods of lost nodes lets the namespace wait for a minute.
    const gone = [`--field-selector=spec.nodeName=${added}`, "--force", "--grace-period=0"];
    await kubectl("delete", "pods", ...gone, "--namespace", namespace);
  }
});
