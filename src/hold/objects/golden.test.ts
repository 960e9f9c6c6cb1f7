import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { renderYaml } from "../../manifests/yaml.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import type { HeldSet } from "../held-set.ts";
import { createHoldDaemonSet } from "./daemon-set.ts";
import { createProbePod, type ProbeSettings } from "./probe-pod.ts";

const digest = `sha256:${"1".repeat(64)}`;
const pauseImage = "registry.example/prestow:1";
const few = [imageOf("web"), imageOf("base")];
const ownerUid = "7ad3f7b6-2f9f-4c93-a6a0-0f5f8f3a9a01";

function imageOf(name: string, containers = false) {
  const ref = `registry.example/${name}:1`;
  return { name, ref, digest, pinnedRef: containers ? ref : `registry.example/${name}@${digest}` };
}

function setOf(mode: HeldSet["mode"], changed: Partial<HeldSet> = {}): HeldSet {
  const images = few.map(({ name }) => imageOf(name, mode === "containers"));
  return { mode, images, gated: false, pauseImage, openShift: false, ownerUid, ...changed };
}

const least = { DEPLOYMENT_NAME: "puller", IMAGES: "web=x;base=y", CACHING_INTERVAL_HOURS: "1" };
const everything = {
  ...least,
  DAEMONSET_NAME: "held",
  DAEMONSET_ANNOTATIONS: '{"example.com/owner":"games","example.com/cost":"7"}',
  NAMESPACE: "images",
  CACHING_MEMORY_REQUEST: "10Mi",
  CACHING_MEMORY_LIMIT: "20Mi",
  NODE_SELECTOR: '{"disktype":"ssd"}',
  AFFINITY: JSON.stringify({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "pool", operator: "In", values: ["a"] }] },
          { matchExpressions: [{ key: "pool", operator: "In", values: ["b"] }] },
        ],
      },
    },
    podAntiAffinity: {},
  }),
  TOLERATIONS: '[{"key":"games","operator":"Exists"}]',
  IMAGE_PULL_SECRETS: "one;two",
  MAX_NODES: "3",
  PRIORITY_CLASS_NAME: "low",
};
const kip = { ...least, KIP_IMAGE: "quay.io/eclipse/kubernetes-image-puller:next" };
const nine = Array.from({ length: 9 }, (_, index) => imageOf(`image-${index + 1}`));

function daemonSet(variables: Record<string, string>, set: HeldSet) {
  return () => createHoldDaemonSet(parseHoldConfig(variables), set);
}

function probe(variables: Record<string, string>, settings: Partial<ProbeSettings>) {
  const { openShift, images } = setOf("containers");
  const usual: ProbeSettings = { images, mode: "containers", pauseImage, openShift, ownerUid };
  return () => createProbePod(parseHoldConfig(variables), { ...usual, ...settings });
}

// `node src/hold/objects/golden.test.ts --update` writes the files anew.
const cases: Record<string, () => object | undefined> = {
  containers: daemonSet(least, setOf("containers")),
  "containers-kip-image": daemonSet(kip, setOf("containers")),
  "containers-openshift": daemonSet(least, setOf("containers", { openShift: true })),
  "containers-everything": daemonSet(everything, setOf("containers", { gated: true })),
  volumes: daemonSet(least, setOf("volumes")),
  "volumes-nine": daemonSet(least, setOf("volumes", { images: nine })),
  "volumes-openshift": daemonSet(least, setOf("volumes", { openShift: true })),
  "volumes-everything": daemonSet(everything, setOf("volumes", { gated: true })),
  "probe-containers": probe(least, {}),
  "probe-volumes": probe(least, { mode: "volumes", images: few, architecture: "arm64" }),
  "probe-everything": probe(everything, {
    mode: "volumes",
    images: few,
    architecture: "amd64",
    nodeName: "node-1",
    attempt: 2,
  }),
};
const folder = new URL("testdata/", import.meta.url);
const update = process.argv.includes("--update");

for (const [name, create] of Object.entries(cases)) {
  test(`the object of ${name} is the one on file, byte for byte`, () => {
    const text = renderYaml([create()]);
    const file = new URL(`${name}.yaml`, folder);
    if (update) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });
}

test("every object on file has its case", () => {
  assert.deepEqual(
    readdirSync(folder).sort(),
    Object.keys(cases)
      .map((name) => `${name}.yaml`)
      .sort(),
  );
});

test("without any image there is no DaemonSet", () => {
  assert.equal(daemonSet(least, setOf("volumes", { images: [] }))(), undefined);
});
