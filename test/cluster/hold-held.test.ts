import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Hold, installHold } from "./hold.ts";
import { collectImages } from "./hold-collection.ts";
import { createPullSecret } from "./hold-foreign.ts";
import {
  addHoldImage,
  buildRunnableImages,
  byDigest,
  countBlobRequests,
  type HoldImage,
} from "./hold-images.ts";
import { nodeNames, readPods, referencesOf, waitUntilHeld } from "./hold-pods.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { listImages } from "./images.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";

const namespace = "hold-held-test";
const intervalHours = "0.005";
const login = { username: "holder", password: "only-in-this-test" };
const [node] = labNodes();
assert.ok(node);

const registry = await startHubRegistry();
const [runnable] = await buildRunnableImages(1);
const scratch = addHoldImage(registry, "scratch");
const noShell = addHoldImage(registry, "no-shell", runnable);
const digest = byDigest(addHoldImage(registry, "digest"));
const secret = addHoldImage(registry, "secret");
const images = [scratch, noShell, digest, secret];
const pinned = images.map((image) => image.pinned);
const place = `${registry.host}/${secret.repository}`;
registry.protect(secret.repository, { scheme: "bearer", ...login });
let hold: Hold;

before(async () => {
  const values = { images, pullSecrets: ["pull"], intervalHours, plainHttpRegistries: [registry.host] };
  hold = await installHold(namespace, values, async () => {
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
    await createPullSecret(namespace, "pull", place, login);
  });
});

after(async () => {
  await hold?.remove();
  await registry.close();
});

test("a namespace that enforces the restricted standard takes the controller and the pods that hold, which are ready", async () => {
  await hold.settled(pinned);
  const pods = await readPods(namespace);
  assert.equal(pods.length, nodeNames().length);
  for (const { metadata, status } of pods) {
    const restarts = status.containerStatuses?.map(({ restartCount }) => restartCount);
    assert.deepEqual(restarts, [0], metadata.name);
  }
});

for (const [what, image] of Object.entries({
  "an image of one file and nothing else": scratch,
  "an image without a shell": noShell,
  "an image that is asked for by its digest": digest,
  "an image behind a login, by IMAGE_PULL_SECRETS,": secret,
})) {
  test(`${what} is held on every node`, async () => {
    for (const { name, criSocket } of labNodes()) {
      const listed = (await listImages({ criSocket })).flatMap(({ repoDigests }) => repoDigests);
      assert.ok(listed.includes(image.pinned), `${name}: ${image.pinned}`);
    }
    for (const pod of await readPods(namespace)) assert.ok(referencesOf(pod).includes(image.pinned));
  });
}

/** How often the controller has looked where a tag points. */
function countResolved({ repository }: HoldImage): number {
  const asked = registry
    .requests()
    .filter(({ kind, reference }) => kind === "manifest" && reference === "v1");
  return asked.filter((request) => request.repository === repository).length;
}

test(`two intervals of ${intervalHours} hours pass, and no pod is deleted nor a blob asked for again`, async () => {
  const before = (await readPods(namespace)).map(({ metadata }) => metadata.uid).toSorted();
  registry.resetRecord();
  await eventually(async () => assert.ok(countResolved(scratch) >= 3, "it does not look again"), 120_000);
  for (const image of images) assert.equal(countBlobRequests(registry, image), 0, image.name);
  const uids = (await readPods(namespace)).map(({ metadata }) => metadata.uid).toSorted();
  assert.deepEqual(uids, before);
});

test("a kubelet that collects every unused image leaves all that is held", async () => {
  registry.resetRecord();
  assert.deepEqual(await collectImages(node, pinned), []);
  // One that was taken and pulled again would be there, too.
  for (const image of images) assert.equal(countBlobRequests(registry, image), 0, image.name);
  await waitUntilHeld(namespace, pinned);
});

test("what is uninstalled leaves nothing in its namespace", async () => {
  await hold.uninstall();
  await eventually(async () => {
    const kinds = "daemonsets,deployments,pods,leases,serviceaccounts,roles,rolebindings";
    const left = await kubectl("get", kinds, "--namespace", namespace, "--output=name");
    assert.deepEqual(
      left.split("\n").filter((name) => name !== "" && name !== "serviceaccount/default"),
      [],
    );
    const maps = await kubectl("get", "configmaps", "--namespace", namespace, "--output=name");
    assert.equal(maps.trim(), "configmap/kube-root-ca.crt");
  }, 120_000);
});
