import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Hold, installHold } from "./hold.ts";
import { createPullSecret, runForeignPod } from "./hold-foreign.ts";
import {
  addHoldImage,
  buildRunnableImages,
  byDigest,
  countBlobRequests,
  type HoldImage,
} from "./hold-images.ts";
import { nodeNames, readPods, referencesOf, waitUntilHeld } from "./hold-pods.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { listImages, pullImage, pushFreshImages } from "./images.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { eagerImageCollection, withKubelet } from "./kubelet.ts";
import { eventually, kubectl, labNodes } from "./lab.ts";

const namespace = "hold-held-test";
const foreign = `${namespace}-foreign`;
const intervalHours = "0.005";
const login = { username: "holder", password: "only-in-this-test" };
const [node, other] = labNodes();
assert.ok(node && other);

const registry = await startHubRegistry();
const [shown, hidden] = await buildRunnableImages(2);
const scratch = addHoldImage(registry, "scratch");
const noShell = addHoldImage(registry, "no-shell", shown);
const digest = byDigest(addHoldImage(registry, "digest"));
const secret = addHoldImage(registry, "secret", hidden);
const images = [scratch, noShell, digest, secret];
const pinned = images.map((image) => image.pinned);
const place = `${registry.host}/${secret.repository}`;
registry.protect(secret.repository, { scheme: "bearer", ...login });
let hold: Hold;

before(async () => {
  await createNamespace(foreign);
  await createPullSecret(foreign, "own", place, login);
  const values = { images, pullSecrets: ["pull"], intervalHours, plainHttpRegistries: [registry.host] };
  hold = await installHold(namespace, values, async () => {
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
    await createPullSecret(namespace, "pull", place, login);
  });
});

after(async () => {
  await hold?.remove();
  await removeNamespace(foreign);
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

test("a pod of another namespace with the same public image starts without a pull", async () => {
  registry.resetRecord();
  const said = await runForeignPod({ namespace: foreign, name: "public", image: noShell.pinned });
  assert.deepEqual(said.reasons.includes("Pulling"), false, said.reasons.join());
  assert.match(said.pulled, /already present on machine/);
  assert.deepEqual(
    registry
      .requests()
      .filter(({ repository, reference }) => repository === noShell.repository && reference !== "v1"),
    [],
  );
});

test("one that names the public image by its tag has the tag looked up, and downloads nothing", async () => {
  registry.resetRecord();
  await runForeignPod({ namespace: foreign, name: "tagged", image: noShell.ref });
  assert.equal(countBlobRequests(registry, noShell), 0);
});

test("a pod of another namespace gets a held private image with a secret of its own, without a pull", async () => {
  registry.resetRecord();
  const said = await runForeignPod({
    namespace: foreign,
    name: "with-secret",
    image: secret.pinned,
    pullSecret: "own",
  });
  assert.match(said.pulled, /already present on machine/);
  assert.equal(countBlobRequests(registry, secret), 0);
});

test("without a secret of its own it does not get it, as it was pulled with one", async () => {
  await assertRefused("without-secret");
});

async function assertRefused(name: string): Promise<void> {
  const said = await runForeignPod({ namespace: foreign, name, image: secret.pinned, refused: true });
  assert.match(said.failed, /ErrImagePull|ImagePullBackOff|ErrImageNeverPull/);
}

/** Runs the work where the node's kubelet verifies credentials in a way of its own. */
function withPolicy(policy: string, work: () => Promise<void>): Promise<void> {
  return withKubelet(
    node as NonNullable<typeof node>,
    { imagePullCredentialsVerificationPolicy: policy },
    work,
  );
}

test("a kubelet that never verifies lets every pod have it, with a secret or without", async () => {
  await withPolicy("NeverVerify", async () => {
    const said = await runForeignPod({ namespace: foreign, name: "unverified", image: secret.pinned });
    assert.match(said.pulled, /already present on machine/);
  });
});

test("a kubelet that always verifies lets those have it who have a secret, and the public one everybody", async () => {
  await withPolicy("AlwaysVerify", async () => {
    await assertRefused("always-without");
    const own = { namespace: foreign, image: secret.pinned, pullSecret: "own" };
    assert.match((await runForeignPod({ ...own, name: "always-with" })).pulled, /already present/);
    const open = { namespace: foreign, image: noShell.pinned };
    assert.match((await runForeignPod({ ...open, name: "always-public" })).pulled, /already present/);
  });
});

test("a kubelet that collects every unused image leaves all that is held", async () => {
  const controls = await pushFreshImages(2);
  for (const image of controls) await pullImage(node, image);
  registry.resetRecord();
  const listed = async () =>
    (await listImages(node)).flatMap(({ repoTags, repoDigests }) => [...repoTags, ...repoDigests]);
  await withKubelet(node, eagerImageCollection, async () => {
    await eventually(async () => {
      const names = await listed();
      assert.deepEqual(
        controls.filter((image) => names.includes(image)),
        [],
      );
    }, 120_000);
  });
  const names = await listed();
  assert.deepEqual(
    pinned.filter((image) => !names.includes(image)),
    [],
  );
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
