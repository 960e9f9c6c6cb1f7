import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { isRecord } from "../../../src/lib/record.ts";
import { version } from "../../../src/version.ts";
import { everyValue } from "../../../test/cluster/helm-values.ts";

function read(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, name), "utf8"));
}

// What is below these is Kubernetes' own, or free.
const free = [
  "resources",
  "containerSecurityContext",
  "deploymentAnnotations",
  "nodeSelector",
  "configMap.images",
];

function settings(values: unknown, path = ""): string[] {
  if (free.includes(path) || !isRecord(values) || values === null) return [path];
  return Object.entries(values).flatMap(([key, value]) =>
    settings(value, path === "" ? key : `${path}.${key}`),
  );
}

function allowed(schema: unknown, path = ""): string[] {
  const properties = isRecord(schema) ? schema["properties"] : undefined;
  if (!isRecord(properties)) return [path];
  return Object.entries(properties).flatMap(([key, inner]) =>
    allowed(inner, path === "" ? key : `${path}.${key}`),
  );
}

const defaults = settings(read("values.yaml"));

test("the schema knows the settings of values.yaml and, but for helm's own, no others", () => {
  const known = allowed(read("values.schema.json")).filter((path) => path !== "global");
  assert.deepEqual(known.toSorted(), defaults.toSorted());
});

test("the cluster's test of the chart has a value of its own for each setting", () => {
  const given: Readonly<Record<string, unknown>> = everyValue.values;
  const missing = defaults.filter((path) => {
    return (
      path.split(".").reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), given) ===
      undefined
    );
  });
  assert.deepEqual(missing, []);
});

test("kubernetes-image-puller's values are here by their names, with its defaults", () => {
  const { deploymentName, serviceAccount, updateStrategy, configMap } = read("values.yaml") as Record<
    string,
    unknown
  >;
  assert.equal(deploymentName, "kubernetes-image-puller");
  assert.deepEqual(serviceAccount, { name: "k8s-image-puller" });
  assert.deepEqual(updateStrategy, { type: "Recreate" });
  assert.deepEqual(configMap, {
    name: "k8s-image-puller",
    images: null,
    cachingIntervalHours: "1",
    cachingMemoryRequest: "10Mi",
    cachingMemoryLimit: "20Mi",
    cachingCpuRequest: ".05",
    cachingCpuLimit: ".2",
    daemonsetAnnotations: "{}",
    nodeSelector: "{}",
    affinity: "{}",
    tolerations: "[]",
    imagePullSecrets: "",
  });
});

test("a name that the Deployment's container or that of an image could not have is refused", () => {
  const { properties } = read("values.schema.json") as {
    properties: {
      deploymentName: { pattern: string };
      configMap: { properties: { images: { patternProperties: object; additionalProperties: boolean } } };
    };
  };
  const { images } = properties.configMap.properties;
  const patterns = [properties.deploymentName.pattern, ...Object.keys(images.patternProperties)];
  assert.deepEqual([patterns.length, images.additionalProperties], [2, false]);
  for (const pattern of patterns) {
    assert.match("kubernetes-image-puller", new RegExp(pattern));
    assert.doesNotMatch("image.puller", new RegExp(pattern));
  }
});

test("the chart is of this version", () => {
  const { version: chart, appVersion } = read("Chart.yaml") as Record<string, unknown>;
  assert.deepEqual([chart, appVersion], [version, version]);
});
