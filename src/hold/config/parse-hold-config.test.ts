import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPullerManifest } from "../../../test/cluster/puller-manifest.ts";
import { isRecord } from "../../lib/record.ts";
import { HoldConfigError } from "./config-faults.ts";
import { parseHoldConfig } from "./parse-hold-config.ts";
import { holdVariables, type Variables } from "./variables.ts";

const least = { DEPLOYMENT_NAME: "puller", IMAGES: "a=debian:12", CACHING_INTERVAL_HOURS: "1" };

function faultsOf(variables: Variables): readonly string[] {
  try {
    parseHoldConfig(variables);
    return [];
  } catch (error) {
    assert.ok(error instanceof HoldConfigError, String(error));
    assert.equal(error.message, error.faults.join("\n"));
    return error.faults;
  }
}

test("what is not set has kubernetes-image-puller's defaults", () => {
  const { images, ...rest } = parseHoldConfig(least);
  assert.deepEqual(rest, {
    daemonSetName: "kubernetes-image-puller",
    daemonSetAnnotations: {},
    namespace: "k8s-image-puller",
    deploymentName: "puller",
    intervalMs: 3_600_000,
    resources: { requests: { cpu: ".05", memory: "1Mi" }, limits: { cpu: ".2", memory: "5Mi" } },
    nodeSelector: {},
    affinity: {},
    tolerations: [],
    imagePullSecrets: [],
    kipImage: undefined,
    mode: "containers",
    maxNodes: { percent: 10 },
    priorityClassName: undefined,
  });
  assert.deepEqual(
    images.map(({ name, ref }) => [name, ref]),
    [["a", "debian:12"]],
  );
});

test("an empty variable counts as not set, and white space around a value means nothing", () => {
  const empty = Object.fromEntries(holdVariables.map((name) => [name, " "]));
  assert.deepEqual(parseHoldConfig({ ...empty, ...least, MODE: " auto\n" }), {
    ...parseHoldConfig(least),
    mode: "auto",
  });
});

test("everything that is set is read", () => {
  const config = parseHoldConfig({
    ...least,
    DAEMONSET_NAME: "held",
    DAEMONSET_ANNOTATIONS: '{"example.com/owner":"games"}',
    NAMESPACE: "images",
    CACHING_INTERVAL_HOURS: "0.005",
    CACHING_MEMORY_REQUEST: "10Mi",
    CACHING_MEMORY_LIMIT: "20Mi",
    CACHING_CPU_REQUEST: "0",
    CACHING_CPU_LIMIT: "100m",
    NODE_SELECTOR: '{"disktype":"ssd"}',
    AFFINITY: '{"nodeAffinity":{}}',
    TOLERATIONS: '[{"key":"games","operator":"Exists","tolerationSeconds":5}]',
    IMAGE_PULL_SECRETS: " one ; two;one;",
    KIP_IMAGE: "quay.io/eclipse/kubernetes-image-puller:next",
    MODE: "volumes",
    MAX_NODES: "3",
    PRIORITY_CLASS_NAME: "low",
  });
  const { images: _, ...rest } = config;
  assert.deepEqual(rest, {
    daemonSetName: "held",
    daemonSetAnnotations: { "example.com/owner": "games" },
    namespace: "images",
    deploymentName: "puller",
    intervalMs: 18_000,
    resources: { requests: { cpu: "0", memory: "10Mi" }, limits: { cpu: "100m", memory: "20Mi" } },
    nodeSelector: { disktype: "ssd" },
    affinity: { nodeAffinity: {} },
    tolerations: [{ key: "games", operator: "Exists", tolerationSeconds: 5 }],
    imagePullSecrets: ["one", "two"],
    kipImage: "quay.io/eclipse/kubernetes-image-puller:next",
    mode: "volumes",
    maxNodes: { nodes: 3 },
    priorityClassName: "low",
  });
});

test("the variables of kubernetes-image-puller's chart are good as they are", () => {
  const images = "che-code=quay.io/che-incubator/che-code:next; base=quay.io/devfile/base:ubi9-latest;\n";
  const [data] = createPullerManifest({ image: "lab/prestow:1", namespace: "pull", images }).flatMap(
    (object) => (isRecord(object) && isRecord(object["data"]) ? [object["data"]] : []),
  );
  const entries = Object.entries(data ?? {}).map(([name, value]) => [name, String(value)]);
  const config = parseHoldConfig({ ...Object.fromEntries(entries), DEPLOYMENT_NAME: "puller" });
  assert.equal(config.images.length, 2);
  assert.equal(config.kipImage, "lab/prestow:1");
  assert.equal(config.warnings, undefined);
});

test("what is required and missing is told in one go", () => {
  const faults = faultsOf({});
  assert.equal(faults.length, 3);
  for (const name of ["DEPLOYMENT_NAME", "IMAGES", "CACHING_INTERVAL_HOURS"])
    assert.ok(faults.some((fault) => fault.startsWith(`${name}: it is not set`)));
});

const bad: readonly [Variables, RegExp][] = [
  [{ DAEMONSET_NAME: "No Name" }, /^DAEMONSET_NAME: "No Name" is no name: .*DNS subdomain/],
  [{ NAMESPACE: "a.b" }, /^NAMESPACE: "a\.b" .*DNS label/],
  [{ DAEMONSET_ANNOTATIONS: "{" }, /^DAEMONSET_ANNOTATIONS: "\{" is no JSON .*example\.com/],
  [{ DAEMONSET_ANNOTATIONS: '{"a":1}' }, /^DAEMONSET_ANNOTATIONS: .*"a" something else than text/],
  [{ DAEMONSET_ANNOTATIONS: '{"prestow.dev/x":"y"}' }, /ours to set/],
  [{ NODE_SELECTOR: "[]" }, /^NODE_SELECTOR: "\[\]" is no JSON object; write it like \{"disktype":"ssd"\}$/],
  [{ NODE_SELECTOR: '{"a":"b c"}' }, /^NODE_SELECTOR: .*has "a": a value must be/],
  [{ AFFINITY: '{"nodeAfinity":{}}' }, /^AFFINITY: .*has "nodeAfinity"; those are nodeAffinity/],
  [{ AFFINITY: '{"podAffinity":[]}' }, /^AFFINITY: .*podAffinity that is no object/],
  [{ TOLERATIONS: '{"key":"a"}' }, /^TOLERATIONS: .*is no JSON array/],
  [{ TOLERATIONS: '[{"kee":"a"}]' }, /^TOLERATIONS: .*toleration 1 the unknown field "kee"/],
  [
    { TOLERATIONS: '[{},{"tolerationSeconds":"5"}]' },
    /toleration 2 a tolerationSeconds that is no whole number/,
  ],
  [{ IMAGE_PULL_SECRETS: "a;B" }, /^IMAGE_PULL_SECRETS: "B" is no name/],
  [{ KIP_IMAGE: "Not An Image" }, /^KIP_IMAGE: "Not An Image" names no image: it has white space/],
  [{ MODE: "volume" }, /^MODE: "volume" is no mode; those are containers, volumes, auto$/],
  [{ MAX_NODES: "0" }, /^MAX_NODES: "0" is no number of nodes; give 1% to 100%, or a number from 1$/],
  [{ MAX_NODES: "101%" }, /^MAX_NODES/],
  [{ PRIORITY_CLASS_NAME: "-" }, /^PRIORITY_CLASS_NAME: "-"/],
  [{ CACHING_INTERVAL_HOURS: "0" }, /^CACHING_INTERVAL_HOURS: "0" is no interval; give hours/],
  [{ CACHING_INTERVAL_HOURS: "-1" }, /^CACHING_INTERVAL_HOURS/],
  [{ CACHING_MEMORY_LIMIT: "64m" }, /^CACHING_MEMORY_LIMIT: "64m" .*Mi for mebibytes/],
  [{ CACHING_CPU_REQUEST: "much" }, /^CACHING_CPU_REQUEST: "much" is no quantity/],
  [{ CACHING_CPU_LIMIT: "10m" }, /^CACHING_CPU_REQUEST: "\.05" is more than CACHING_CPU_LIMIT "10m"$/],
];
for (const [variables, expected] of bad) {
  test(`${JSON.stringify(variables)} is told by name, value and form`, () => {
    const faults = faultsOf({ ...least, ...variables });
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", expected);
  });
}

test("an interval that is no number is one hour, with a warning", () => {
  const config = parseHoldConfig({ ...least, CACHING_INTERVAL_HOURS: "soon" });
  assert.equal(config.intervalMs, 3_600_000);
  assert.match(
    config.warnings?.join() ?? "",
    /^CACHING_INTERVAL_HOURS: "soon" is no number of hours; 1 is used$/,
  );
});

test("JSON null counts as empty, as it does for kubernetes-image-puller", () => {
  const nulls = {
    TOLERATIONS: "null",
    AFFINITY: "null",
    NODE_SELECTOR: "null",
    DAEMONSET_ANNOTATIONS: "null",
  };
  assert.deepEqual(parseHoldConfig({ ...least, ...nulls }), parseHoldConfig(least));
});

test("whatever the variables are, faults are short lines of printable text", () => {
  const variables = fc.record(
    Object.fromEntries(holdVariables.map((name) => [name, fc.string({ unit: "binary" })])),
  );
  const isPrintable = (fault: string) => fault.length < 600 && !/[\p{Cc}\u2028\u2029\u202e]/u.test(fault);
  fc.assert(
    fc.property(variables, (values) => faultsOf(values).every(isPrintable)),
    { numRuns: 15 },
  );
});
