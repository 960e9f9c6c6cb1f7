import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isRecord } from "../../lib/record.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { createVolumesDaemonSet } from "./daemon-set.ts";
import { recordsOf } from "./live-daemon-set.ts";
import { podLabels } from "./names.ts";
import { createProbePod, probeLabels } from "./probe-pod.ts";

const least = { DEPLOYMENT_NAME: "puller", IMAGES: "a=x", CACHING_INTERVAL_HOURS: "1" };
const config = parseHoldConfig(least);
const surroundings = { pauseImage: "registry.example/prestow:1", openShift: false, ownerUid: "u" };

function imagesOf(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const pinnedRef = `x@sha256:${"1".repeat(64)}`;
    return { name: `i${index}`, ref: "x", digest: undefined, pinnedRef };
  });
}

test("each image is mounted once, and no container has more than eight", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), (count) => {
      const set = { mode: "volumes" as const, images: imagesOf(count), gated: true, ...surroundings };
      const { spec } = createVolumesDaemonSet(config, set).spec.template;
      const groups = recordsOf(spec["containers"]).map(({ volumeMounts }) => recordsOf(volumeMounts));
      const mounted = groups.flat().map(({ name }) => name);
      const volumes = recordsOf(spec["volumes"]).map(({ name }) => name);
      assert.ok(groups.every(({ length }) => length >= 1 && length <= 8));
      assert.deepEqual(mounted, volumes);
      assert.equal(new Set(mounted).size, count);
    }),
    { numRuns: 30 },
  );
});

test("a probe pod is none of the DaemonSet's", () => {
  for (const [key, value] of Object.entries(probeLabels(config))) assert.notEqual(podLabels[key], value);
});

test("the name of a probe is a host's name, other for other images and for another attempt", () => {
  const daemonSetName = `${"long".repeat(9)}ab--.${"x".repeat(200)}`;
  const nameOf = (count: number, attempt: number) => {
    const settings = { images: imagesOf(count), mode: "volumes" as const, attempt, ...surroundings };
    return createProbePod({ ...config, daemonSetName }, settings).metadata.name;
  };
  const names = [nameOf(1, 1), nameOf(2, 1), nameOf(1, 2)];
  assert.equal(new Set(names).size, 3);
  assert.equal(nameOf(1, 1), names[0]);
  for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

test("a label's value is short enough for a DaemonSet with a long name", () => {
  const labels = Object.values(probeLabels({ daemonSetName: "a".repeat(200) }));
  assert.ok(labels.every(({ length }) => length <= 63));
});

test("on one node without an affinity of its own, a probe runs there and nowhere else", () => {
  const settings = { images: imagesOf(1), mode: "containers" as const, nodeName: "n1", ...surroundings };
  const { affinity } = createProbePod(config, settings).spec;
  assert.ok(isRecord(affinity));
  const field = { key: "metadata.name", operator: "In", values: ["n1"] };
  assert.deepEqual(affinity["nodeAffinity"], {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [field] }] },
  });
});

test("KIP_IMAGE that names our own image in another way needs no shell", () => {
  const kip = parseHoldConfig({ ...least, KIP_IMAGE: "docker.io/library/prestow" });
  const settings = { ...surroundings, images: imagesOf(1), mode: "containers" as const };
  const { initContainers } = createProbePod(kip, { ...settings, pauseImage: "prestow:latest" }).spec;
  assert.deepEqual(recordsOf(initContainers)[0]?.["command"], [
    "/usr/local/bin/prestow",
    "install",
    "/kip/sleep",
  ]);
});
