import assert from "node:assert/strict";
import { test } from "node:test";
import { recordAt, recordsAt } from "../../src/sources/json-parts.ts";
import { until } from "../kube/running-informer.ts";
import { type Bench, deployment, paths, startController } from "./controller.ts";
import { listPods, refsOf, runPods } from "./kubelet.ts";

/** All that kubernetes-image-puller's Role does not allow. */
const beyondOriginal = [
  "update daemonsets",
  ...["list", "watch", "create", "delete", "patch"].map((verb) => `${verb} pods`),
  ...["list", "watch"].map((verb) => `${verb} nodes`),
  ...["create", "get", "update"].map((verb) => `${verb} configmaps`),
  "create events",
];
const volumes = { MODE: "volumes" };

function liveTemplate(bench: Bench): unknown {
  const live = bench.cluster.read(paths.daemonSets, "puller");
  assert.ok(live, "there is no DaemonSet");
  return recordAt(recordAt(recordAt(live, "spec"), "template"), "spec");
}

function verbsOf(bench: Bench, path: string): string[] {
  return bench.cluster
    .writes()
    .filter((write) => write.path.startsWith(path))
    .map(({ verb }) => verb);
}

async function untilHeld(
  bench: Bench,
  refs: readonly string[],
  fail = (_: readonly string[]): string | undefined => undefined,
) {
  await until(() => {
    runPods(bench.cluster, fail);
    assert.deepEqual(refsOf(liveTemplate(bench)), refs.toSorted());
  });
}

async function lookTwice(bench: Bench) {
  for (let looks = 0; looks < 2; looks += 1) {
    const before = bench.status();
    await until(() => assert.notEqual(bench.status(), before));
  }
}

test("under the original's Role every image is held at once, and each missing rule is said once", async (context) => {
  const bench = await startController(context, { denied: beyondOriginal });
  await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"]);
  assert.deepEqual(verbsOf(bench, paths.daemonSets), ["create"]);
  assert.equal(recordsAt(liveTemplate(bench), "schedulingGates").length, 0);
  const warnings = bench.lines.filter((line) => line.includes("this rule is missing"));
  assert.equal(new Set(warnings.map((line) => line.slice(8))).size, warnings.length);
  assert.ok(warnings.some((line) => line.includes("MAX_NODES")));
});

test("under the original's Role a changed DaemonSet is deleted and made again, an unchanged one is left alone", async (context) => {
  const bench = await startController(context, { denied: beyondOriginal });
  await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"]);
  bench.configure({ CACHING_INTERVAL_HOURS: "2" });
  bench.configure({ IMAGES: "web=example.com/shop/web:v2" });
  await untilHeld(bench, ["example.com/shop/web:v2"]);
  assert.deepEqual(verbsOf(bench, paths.daemonSets), ["create", "delete", "create"]);
});

test("images are tried first and then held by digest, behind a gate", async (context) => {
  const bench = await startController(context, { env: volumes });
  const pinned = ["cart", "web"].map((name) => `example.com/shop/${name}@${bench.digest}`);
  await until(() => assert.equal(listPods(bench.cluster).length, 1));
  assert.equal(bench.cluster.read(paths.daemonSets, "puller"), undefined);
  await untilHeld(bench, pinned);
  assert.equal(recordsAt(liveTemplate(bench), "schedulingGates")[0]?.["name"], "prestow.dev/slot");
  await until(() => assert.equal(listPods(bench.cluster).length, 0));
});

test("a bad image is reported and holds nobody up", async (context) => {
  const bench = await startController(context, { env: volumes });
  const fail = (refs: readonly string[]) =>
    refs.some((ref) => ref.includes("cart")) ? "rpc error: code = NotFound desc = no such tag" : undefined;
  await untilHeld(bench, [`example.com/shop/web@${bench.digest}`], fail);
  const cart = bench.status()?.images.find(({ name }) => name === "cart");
  assert.deepEqual([cart?.phase, cart?.failure?.kind, cart?.heldRef], ["failing", "not-found", undefined]);
  await until(() => {
    const data = recordAt(bench.cluster.read(paths.configMaps, "puller-status"), "data");
    assert.match(String(data["status.json"]), /no such tag/);
    assert.match(String(data["summary"]), /1 of 2 images held/);
    assert.equal(bench.cluster.resource(paths.events).at(Number.MAX_SAFE_INTEGER).length, 1);
  });
});

test("a tag that has moved changes the DaemonSet in place, once its new image is proven", async (context) => {
  const env = { ...volumes, IMAGES: "web=example.com/shop/web:v1", CACHING_INTERVAL_HOURS: "0.0003" };
  const bench = await startController(context, { env });
  await untilHeld(bench, [`example.com/shop/web@${bench.digest}`]);
  bench.digest = `sha256:${"2".repeat(64)}`;
  await untilHeld(bench, [`example.com/shop/web@${bench.digest}`]);
  assert.deepEqual(verbsOf(bench, paths.daemonSets), ["create", "update"]);
});

test("gates are taken away within the budget", async (context) => {
  const pods = ["a", "b", "c"].map((name) => ({
    metadata: {
      name,
      uid: name,
      labels: { test: "daemonset-test", "app.kubernetes.io/name": "image-puller" },
      ownerReferences: [{ kind: "DaemonSet", name: "puller" }],
    },
    spec: { schedulingGates: [{ name: "prestow.dev/slot" }], containers: [{ name: "web", image: "web" }] },
  }));
  const bench = await startController(context, {
    env: { MAX_NODES: "1" },
    prepare: (cluster) => cluster.resource(paths.pods).set(...pods),
  });
  const countOpen = () =>
    listPods(bench.cluster).filter(({ spec, metadata }) => {
      return metadata.name.length === 1 && recordsAt(spec, "schedulingGates").length === 0;
    }).length;
  for (const expected of [1, 2, 3]) {
    await until(() => assert.equal(countOpen(), expected));
    runPods(bench.cluster);
  }
});

test("AlwaysPullImages refuses image volumes with the reason, and nothing is written", async (context) => {
  const bench = await startController(context, {
    env: volumes,
    prepare(cluster) {
      cluster.dryRun = (pod) => {
        const containers = [{ imagePullPolicy: "Always" }];
        return { ...pod, spec: { ...recordAt(pod, "spec"), containers } };
      };
    },
  });
  await until(() => assert.match(bench.status()?.problem ?? "", /AlwaysPullImages/));
  assert.deepEqual(verbsOf(bench, paths.daemonSets), []);
});

test("MODE=auto asks a node by a probe pod and takes image volumes where it can", async (context) => {
  const bench = await startController(context, { env: { MODE: "auto" } });
  await untilHeld(
    bench,
    ["cart", "web"].map((name) => `example.com/shop/${name}@${bench.digest}`),
  );
  assert.equal(bench.status()?.mode, "volumes");
});

test("MODE=auto takes containers where a node cannot mount image volumes", async (context) => {
  const bench = await startController(context, { env: { MODE: "auto" } });
  const fail = (refs: readonly string[]) =>
    refs.includes("example.com/prestow:1") ? "rpc error: code = NotFound desc = no volumes here" : undefined;
  await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"], fail);
  assert.equal(bench.status()?.mode, "containers");
});

test("another mode waits until what the live DaemonSet holds can be held in it", async (context) => {
  const bench = await startController(context);
  const refs = ["example.com/shop/cart:v1", "example.com/shop/web:v1"];
  await untilHeld(bench, refs);
  bench.lead(false);
  await until(() => assert.equal(bench.status()?.leading, false));
  const { digest } = bench;
  bench.digest = "";
  bench.configure(volumes);
  bench.lead(true);
  await until(() => assert.match(bench.status()?.pending ?? "", /stays as it is/));
  assert.deepEqual(refsOf(liveTemplate(bench)), refs);
  bench.digest = digest;
  await untilHeld(
    bench,
    ["cart", "web"].map((name) => `example.com/shop/${name}@${digest}`),
  );
});

test("who does not lead writes nothing, and goes on where the other left off", async (context) => {
  const bench = await startController(context, { denied: beyondOriginal });
  await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"]);
  bench.lead(false);
  await until(() => assert.equal(bench.status()?.leading, false));
  bench.cluster.resource(paths.daemonSets).delete("puller");
  bench.configure({ IMAGES: "web=example.com/shop/web:v2" });
  bench.lead(true);
  await untilHeld(bench, ["example.com/shop/web:v2"]);
});

test("who leads again begins with what is live by then, also where it may not be watched", async (context) => {
  const bench = await startController(context, { denied: ["watch daemonsets"] });
  const refs = ["example.com/shop/cart:v1", "example.com/shop/web:v1"];
  await untilHeld(bench, refs);
  await until(() => assert.deepEqual(verbsOf(bench, paths.pods), ["create", "delete"]));
  await lookTwice(bench);
  bench.lead(false);
  await until(() => assert.equal(bench.status()?.leading, false));
  const live = bench.cluster.read(paths.daemonSets, "puller");
  assert.ok(live);
  const [spec, template] = [recordAt(live, "spec"), recordAt(recordAt(live, "spec"), "template")];
  const containers = [
    ...recordsAt(recordAt(template, "spec"), "containers"),
    { name: "new", image: "example.com/shop/new:v1" },
  ];
  const changed = { ...template, spec: { ...recordAt(template, "spec"), containers } };
  bench.cluster.resource(paths.daemonSets).set({ ...live, spec: { ...spec, template: changed } });
  const images = "web=example.com/shop/web:v1;cart=example.com/shop/cart:v1;new=example.com/shop/new:v1";
  bench.configure({ IMAGES: images });
  bench.lead(true);
  await until(() => assert.equal(bench.status()?.images.length, 3));
  await untilHeld(bench, [...refs, "example.com/shop/new:v1"]);
  assert.deepEqual(
    verbsOf(bench, paths.pods),
    ["create", "delete"],
    "what the other one proved is tried again",
  );
});

test("a DaemonSet that is deleted or edited by hand comes back", async (context) => {
  const bench = await startController(context);
  const refs = ["example.com/shop/cart:v1", "example.com/shop/web:v1"];
  await untilHeld(bench, refs);
  bench.cluster.resource(paths.daemonSets).delete("puller");
  await untilHeld(bench, refs);
});

test("a stop leaves what is held alone", async (context) => {
  const bench = await startController(context);
  await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"]);
  await bench.stop();
  assert.ok(bench.cluster.read(paths.daemonSets, "puller"));
});

for (const [name, prepare] of [
  [
    "scaled to nothing",
    (bench: Bench) => bench.cluster.resource(paths.deployments).set(deployment({ replicas: 0 })),
  ],
  ["gone", (bench: Bench) => bench.cluster.resource(paths.deployments).delete("puller")],
] as const) {
  test(`a stop lets go where the Deployment is ${name}, and only the leader does it`, async (context) => {
    const bench = await startController(context);
    await untilHeld(bench, ["example.com/shop/cart:v1", "example.com/shop/web:v1"]);
    prepare(bench);
    await bench.stop();
    assert.equal(bench.cluster.read(paths.daemonSets, "puller"), undefined);
  });
}
