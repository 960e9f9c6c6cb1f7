import assert from "node:assert/strict";
import { test } from "node:test";
import type { Informer, InformerState } from "../kube/informed.ts";
import { createFleetSource } from "./fleets.ts";
import type { ObjectRequests } from "./object-requests.ts";
import { createWorkloadSource } from "./workloads.ts";

/** An informer that is as the test says. */
function createFakeInformer() {
  const objects = new Map<string, ObjectRequests>();
  const fake = { state: "starting" as InformerState, lastError: undefined as Error | undefined };
  let notify = () => {};
  const informer: Informer<ObjectRequests> = {
    get state() {
      return fake.state;
    },
    get lastError() {
      return fake.lastError;
    },
    objects,
    run(onChange, signal) {
      notify = onChange;
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  };
  return {
    informer,
    become(state: InformerState, images: Record<string, string[]> = {}, lastError?: Error) {
      Object.assign(fake, { state, lastError });
      objects.clear();
      for (const [name, refs] of Object.entries(images)) objects.set(name, refs.map(request));
      notify();
    },
  };
}

function request(ref: string) {
  return { ref, where: "w", owner: undefined, placement: undefined, pullSecrets: [] };
}

function startFleets() {
  const fake = createFakeInformer();
  const source = createFleetSource({ informer: fake.informer });
  const stop = new AbortController();
  let changes = 0;
  const ended = source.run(() => changes++, stop.signal);
  const show = () => {
    const { state, detail, images } = source.current();
    return { state, detail, refs: images.map(({ ref }) => ref) };
  };
  return { fake, source, stop, ended, show, changes: () => changes };
}

test("waits for the first list, then has the whole set after each change", async () => {
  const { fake, source, stop, ended, show, changes } = startFleets();
  assert.deepEqual(show(), { state: "waiting", detail: "Fleets: not listed yet", refs: [] });
  fake.become("synced", { "ns/a": ["a:1", "a:2"], "ns/b": ["b:1"] });
  assert.deepEqual(show(), { state: "synced", detail: undefined, refs: ["a:1", "a:2", "b:1"] });
  const known = source.current();
  assert.equal(source.current(), known);
  fake.become("synced", { "ns/b": ["b:1"] });
  assert.notEqual(source.current(), known);
  assert.deepEqual(show().refs, ["b:1"]);
  assert.equal(changes(), 2);
  stop.abort();
  await ended;
});

test("a cluster without Agones is known to desire nothing, and says so until it has it", () => {
  const { fake, show } = startFleets();
  fake.become("absent");
  const detail = "the cluster does not know agones.dev/v1 Fleets yet";
  assert.deepEqual(show(), { state: "synced", detail, refs: [] });
  fake.become("synced", { "ns/a": ["a:1"] });
  assert.deepEqual(show(), { state: "synced", detail: undefined, refs: ["a:1"] });
});

test("keeps the last images while changes are not heard", () => {
  const { fake, show } = startFleets();
  fake.become("synced", { "ns/a": ["a:1"] });
  fake.become("failing", { "ns/a": ["a:1"] }, new Error("connection refused\u001b[2J"));
  const detail = "Fleets: connection refused\\x1b[2J";
  assert.deepEqual(show(), { state: "failing", detail, refs: ["a:1"] });
});

test("what was never listed is waited for, whatever fails", () => {
  const { fake, show } = startFleets();
  fake.become("failing", {}, new Error("forbidden"));
  assert.deepEqual(show(), { state: "waiting", detail: "Fleets: forbidden", refs: [] });
});

test("an empty set that was heard once is failing, not waiting, although nobody looked in between", () => {
  const { fake, show } = startFleets();
  fake.become("synced");
  fake.become("failing");
  assert.equal(show().state, "failing");
});

test("one kind that fails leaves the images of the others", () => {
  const deployments = createFakeInformer();
  const jobs = createFakeInformer();
  const source = createWorkloadSource({
    informers: new Map([
      ["Deployment", deployments.informer],
      ["Job", jobs.informer],
    ]),
  });
  source.run(() => {}, new AbortController().signal);
  deployments.become("synced", { "ns/a": ["a:1"] });
  assert.equal(source.current().state, "waiting");
  jobs.become("synced", { "ns/j": ["j:1"] });
  assert.equal(source.current().state, "synced");
  jobs.become("failing", { "ns/j": ["j:1"] }, new Error("gone"));
  deployments.become("synced", { "ns/a": ["a:2"] });
  const { state, detail, images } = source.current();
  assert.deepEqual([state, detail, images.map(({ ref }) => ref)], ["failing", "Job: gone", ["a:2", "j:1"]]);
});
