import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createPullSecret, runForeignPod } from "./hold-foreign.ts";
import { addHoldImage, buildRunnableImages, countBlobRequests } from "./hold-images.ts";
import { createOwner, holdVariables } from "./hold-owner.ts";
import { waitUntilSettled } from "./hold-pods.ts";
import { withHoldProcess } from "./hold-process.ts";
import { startHubRegistry } from "./hub-registry.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { withKubelet } from "./kubelet.ts";
import { labNodes } from "./lab.ts";

const namespace = "hold-access-test";
const foreign = `${namespace}-foreign`;
const login = { username: "holder", password: "only-in-this-test" };
const [node] = labNodes();
assert.ok(node);
const registry = await startHubRegistry();
const [shown, hidden] = await buildRunnableImages(2);
const open = addHoldImage(registry, "open", shown);
const secret = addHoldImage(registry, "secret", hidden);
const place = `${registry.host}/${secret.repository}`;
registry.protect(secret.repository, { scheme: "bearer", ...login });

before(async () => {
  await createOwner(namespace);
  await createNamespace(foreign);
  await createPullSecret(namespace, "pull", place, login);
  await createPullSecret(foreign, "own", place, login);
  const more = { IMAGE_PULL_SECRETS: "pull", PLAIN_HTTP_REGISTRIES: registry.host };
  // What is held stays held without it.
  await withHoldProcess(holdVariables(namespace, [open, secret], more), [], () =>
    waitUntilSettled(namespace, [open.pinned, secret.pinned]),
  );
});

after(async () => {
  await removeNamespace(namespace);
  await removeNamespace(foreign);
  await registry.close();
});

test("a pod of another namespace with the same public image starts without a pull", async () => {
  registry.resetRecord();
  const said = await runForeignPod({ namespace: foreign, name: "public", image: open.pinned });
  assert.ok(!said.reasons.includes("Pulling"), said.reasons.join());
  assert.match(said.pulled, /already present on machine/);
  assert.deepEqual(
    registry.requests().filter(({ repository }) => repository === open.repository),
    [],
  );
});

test("one that names the public image by its tag has the tag looked up, and downloads nothing", async () => {
  registry.resetRecord();
  await runForeignPod({ namespace: foreign, name: "tagged", image: open.ref });
  assert.equal(countBlobRequests(registry, open), 0);
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
    const everybody = { namespace: foreign, image: open.pinned };
    assert.match((await runForeignPod({ ...everybody, name: "always-public" })).pulled, /already present/);
  });
});
