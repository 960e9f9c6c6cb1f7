import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { withoutApiServer } from "./api-server.ts";
import { pushHoldImages } from "./hold-images.ts";
import { readLeader, waitForLeader } from "./hold-lease.ts";
import { createOwner, holdVariables, imagesVariable, ownerName } from "./hold-owner.ts";
import { heldSelector, listUnheld, nodeNames, readPods, waitUntilSettled } from "./hold-pods.ts";
import { type HoldProcess, startHoldProcess } from "./hold-process.ts";
import { watchPods } from "./hold-watch.ts";
import { removeNamespace } from "./instance.ts";
import { afterOutageMs, eventually, kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "hold-faults-test";
const inNamespace = ["--namespace", namespace] as const;
const first = await pushHoldImages("first", 3);
const [later] = await pushHoldImages("later", 1);
assert.ok(later);
const pinned = first.map((image) => image.pinned);
const workspace = createWorkspace();
const folder = join(workspace.folder, "config");
const variables = holdVariables(namespace, first, { MAX_NODES: "100%" });
const controllers: HoldProcess[] = [];

function start(): HoldProcess {
  const controller = startHoldProcess(variables, [`--config-dir=${folder}`]);
  controllers.push(controller);
  return controller;
}

/** Writes a variable as a kubelet would: whole or not at all. */
function configure(name: string, text: string): void {
  writeFileSync(join(workspace.folder, name), text);
  renameSync(join(workspace.folder, name), join(folder, name));
}

before(async () => {
  mkdirSync(folder);
  await createOwner(namespace);
  start();
  await waitUntilSettled(namespace, pinned);
});

after(async () => {
  for (const controller of controllers) await controller.end("SIGKILL");
  await removeNamespace(namespace);
  workspace.remove();
});

interface DaemonSet {
  readonly metadata: { readonly uid: string };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly volumes: readonly { image: { reference: string } }[] };
    };
  };
}

function readDaemonSet(): Promise<DaemonSet> {
  return readObject<DaemonSet>("daemonset", ownerName, ...inNamespace);
}

async function assertTemplate(references: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { template } = (await readDaemonSet()).spec;
    const found = template.spec.volumes.map(({ image }) => image.reference);
    assert.deepEqual(found.toSorted(), references.toSorted());
  }, 120_000);
}

test("a DaemonSet that is deleted by hand comes back with everything", async () => {
  const { uid } = (await readDaemonSet()).metadata;
  await kubectl("delete", "daemonset", ownerName, ...inNamespace);
  await eventually(async () => assert.notEqual((await readDaemonSet()).metadata.uid, uid), 60_000);
  await waitUntilSettled(namespace, pinned);
});

test("a DaemonSet that is edited by hand is put right, by an update", async () => {
  const { uid } = (await readDaemonSet()).metadata;
  const change = [
    { op: "replace", path: "/spec/template/spec/volumes/0/image/reference", value: later.pinned },
    { op: "add", path: "/spec/template/spec/nodeSelector", value: { "prestow-test": "nowhere" } },
  ];
  const patch = ["--type=json", "--patch", JSON.stringify(change)];
  await kubectl("patch", "daemonset", ownerName, ...patch, ...inNamespace);
  await assertTemplate(pinned);
  await waitUntilSettled(namespace, pinned);
  assert.equal((await readDaemonSet()).metadata.uid, uid);
});

test("pods that are deleted by hand come back, and through the gate", async () => {
  const before = (await readPods(namespace)).map(({ metadata }) => metadata.uid);
  await kubectl("delete", "pods", "--selector", heldSelector, ...inNamespace);
  await waitUntilSettled(namespace, pinned);
  const uids = (await readPods(namespace)).map(({ metadata }) => metadata.uid);
  assert.deepEqual(
    uids.filter((uid) => before.includes(uid)),
    [],
  );
});

test("a second controller waits while the first leads, and takes over when that one is killed", async () => {
  const leader = await readLeader(namespace);
  const second = start();
  await eventually(async () => assert.notEqual(second.log(), ""), 60_000);
  const [former] = controllers;
  assert.equal(await readLeader(namespace), leader);
  await former?.end("SIGKILL");
  await waitForLeader(namespace, leader);
  assert.equal(second.exitCode(), undefined, second.log());
  await kubectl("delete", "daemonset", ownerName, ...inNamespace);
  await waitUntilSettled(namespace, pinned);
});

test("a controller that is told to stop leaves what it holds, and the next one leads at once", async () => {
  const nodes = nodeNames();
  const watch = await watchPods(namespace, heldSelector, (pods) => listUnheld(pods, pinned, nodes)[0]);
  const leader = await readLeader(namespace);
  try {
    await controllers.at(-1)?.end("SIGTERM");
    assert.equal(controllers.at(-1)?.exitCode(), 0, controllers.at(-1)?.log());
    start();
    await waitForLeader(namespace, leader);
    assert.deepEqual(watch.findings, []);
  } finally {
    await watch.stop();
  }
});

test("an API server that is restarted costs nothing: what was changed meanwhile is held when it is back", async () => {
  const controller = controllers.at(-1);
  await withoutApiServer(async () => configure("IMAGES", imagesVariable([...first, later])));
  await waitUntilSettled(namespace, [...pinned, later.pinned], 180_000 + afterOutageMs);
  assert.equal(controller?.exitCode(), undefined, controller?.log());
});
