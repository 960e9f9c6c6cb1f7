import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLabelSelector } from "../plan/label-selector.ts";
import type { ObjectFilters } from "./object-filters.ts";
import { extractWorkload, type WorkloadKind, workloadKinds, workloadPaths } from "./workloads.ts";

const none: ObjectFilters = {
  namespaces: [],
  excludedNamespaces: [],
  selector: undefined,
  allWorkloads: false,
};
const everything = { ...none, allWorkloads: true };
const on = { annotations: { "prestow.dev/prefetch": "true" } };
const off = { annotations: { "prestow.dev/prefetch": "false" } };

interface WorkloadParts {
  readonly metadata?: object;
  readonly template?: object;
  readonly spec?: object;
  readonly status?: object;
}

function workload(kind: WorkloadKind, { metadata, template, spec, status }: WorkloadParts = {}): unknown {
  const pods = { template: { metadata: template, spec: { containers: [{ name: "c", image: "app:1" }] } } };
  return {
    metadata: { name: "w", namespace: "ns", ...metadata },
    spec: { ...spec, ...(kind === "CronJob" ? { jobTemplate: { spec: pods } } : pods) },
    status,
  };
}

function counts(kind: WorkloadKind, parts: WorkloadParts, filters: ObjectFilters): boolean {
  return extractWorkload(kind, filters)(workload(kind, parts)) !== undefined;
}

for (const kind of workloadKinds) {
  test(`keeps the images of a ${kind}, and its API has a path`, () => {
    assert.deepEqual(extractWorkload(kind, everything)(workload(kind)), [
      {
        ref: "app:1",
        where: `${kind} ns/w, container c`,
        owner: { kind, namespace: "ns", name: "w" },
        placement: {},
        pullSecrets: [],
      },
    ]);
    assert.match(workloadPaths[kind], new RegExp(`/v1/${kind.toLowerCase()}s$`));
  });

  test(`a ${kind} counts by annotation on itself or its pods, not without`, () => {
    assert.equal(counts(kind, {}, none), false);
    assert.equal(counts(kind, { metadata: on }, none), true);
    assert.equal(counts(kind, { template: on }, none), true);
    assert.equal(counts(kind, { template: off }, everything), false);
    assert.equal(counts(kind, { metadata: off, template: on }, everything), false);
  });
}

test("a workload counts by selector, and with --all-workloads whatever the selector says", () => {
  const selecting = { ...none, selector: parseLabelSelector("app=a") };
  assert.equal(counts("Deployment", { metadata: { labels: { app: "a" } } }, selecting), true);
  assert.equal(counts("Deployment", { metadata: { labels: { app: "b" } } }, selecting), false);
  assert.equal(counts("Deployment", {}, { ...selecting, allWorkloads: true }), true);
});

test("namespaces come before all else", () => {
  assert.equal(counts("Deployment", { metadata: on }, { ...everything, namespaces: ["other"] }), false);
  assert.equal(counts("Deployment", { metadata: on }, { ...everything, excludedNamespaces: ["ns"] }), false);
});

test("a workload that has no pods now counts", () => {
  assert.equal(counts("Deployment", { spec: { replicas: 0, paused: true } }, everything), true);
  assert.equal(counts("CronJob", { spec: { suspend: true } }, everything), true);
});

const condition = (type: string, status: string) => ({ status: { conditions: [{ type, status }] } });

test("a Job that has ended does not count", () => {
  assert.equal(counts("Job", condition("Complete", "True"), everything), false);
  assert.equal(counts("Job", condition("Failed", "True"), everything), false);
  assert.equal(counts("Job", condition("Complete", "False"), everything), true);
  assert.equal(counts("Job", condition("Suspended", "True"), everything), true);
});

test("a Job of a CronJob does not count beside it, one of another owner does", () => {
  const owned = (kind: string) => ({
    metadata: { ownerReferences: [{ kind, name: "o", controller: true }] },
  });
  assert.equal(counts("Job", owned("CronJob"), everything), false);
  assert.equal(counts("Job", owned("JobSet"), everything), true);
});

for (const odd of [
  undefined,
  null,
  1,
  "x",
  [],
  {},
  { spec: null },
  { metadata: [], spec: { template: 1 } },
]) {
  test(`an odd object, ${JSON.stringify(odd)}, asks for nothing`, () => {
    for (const kind of workloadKinds) assert.deepEqual(extractWorkload(kind, everything)(odd), []);
  });
}
