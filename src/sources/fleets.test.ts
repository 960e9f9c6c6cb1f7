import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseLabelSelector } from "../plan/label-selector.ts";
import { extractFleet } from "./fleets.ts";
import type { ObjectFilters } from "./object-filters.ts";
import { createTextPool } from "./text-pool.ts";

const all: ObjectFilters = {
  namespaces: [],
  excludedNamespaces: [],
  selector: undefined,
  allWorkloads: false,
};

interface FleetParts {
  readonly metadata?: object;
  readonly gameServer?: object;
  readonly pod?: object;
  readonly spec?: unknown;
}

function fleet({ metadata, gameServer, pod, spec }: FleetParts = {}): unknown {
  const podTemplate = { metadata: pod, spec: spec ?? { containers: [{ name: "game", image: "game:1" }] } };
  return {
    kind: "Fleet",
    metadata: { name: "simple", namespace: "default", ...metadata },
    spec: { replicas: 2, template: { metadata: gameServer, spec: { ports: [], template: podTemplate } } },
  };
}

function refs(object: unknown, filters: Partial<ObjectFilters> = {}): string[] | undefined {
  return extractFleet(object, { ...all, ...filters })?.map(({ ref }) => ref);
}

test("keeps what a Fleet's pods use, who asks and where", () => {
  assert.deepEqual(extractFleet(fleet(), all), [
    {
      ref: "game:1",
      where: "Fleet default/simple, container game",
      owner: { kind: "Fleet", namespace: "default", name: "simple" },
      placement: {},
      pullSecrets: [],
    },
  ]);
});

test("sees init containers, sidecars, all containers and image volumes", () => {
  const spec = {
    initContainers: [
      { name: "setup", image: "setup:1" },
      { name: "proxy", image: "proxy:1", restartPolicy: "Always" },
    ],
    containers: [
      { name: "game", image: "game:1" },
      { name: "log", image: "log:1" },
    ],
    volumes: [
      { name: "tmp", emptyDir: {} },
      { name: "maps", image: { reference: "maps:1" } },
    ],
    imagePullSecrets: [{ name: "s1" }, {}, { name: "s2" }],
  };
  const requests = extractFleet(fleet({ spec }), all) ?? [];
  assert.deepEqual(
    requests.map(({ ref, where }) => `${ref} ${where.split(", ")[1]}`),
    [
      "setup:1 init container setup",
      "proxy:1 sidecar proxy",
      "game:1 container game",
      "log:1 container log",
      "maps:1 volume maps",
    ],
  );
  for (const request of requests) assert.deepEqual(request.pullSecrets, ["s1", "s2"]);
});

test("an image that is named twice is asked for once, by the first", () => {
  const container = (name: string) => ({ name, image: "game:1" });
  const requests = extractFleet(fleet({ spec: { containers: [container("a"), container("b")] } }), all);
  assert.deepEqual(
    requests?.map(({ where }) => where),
    ["Fleet default/simple, container a"],
  );
});

const odd: Record<string, unknown> = {
  "no containers": { containers: [] },
  "containers that are none": { containers: [null, 1, "a", [], { name: "a" }, { image: 1 }, { image: "" }] },
  "containers of another type": { containers: { name: "a", image: "a:1" } },
  "a spec of another type": "spec",
};
for (const [name, spec] of Object.entries(odd)) {
  test(`a Fleet with ${name} asks for nothing`, () => assert.deepEqual(refs(fleet({ spec })), []));
}

test("an image of a megabyte is cut, and still no reference", () => {
  const [ref = ""] = refs(fleet({ spec: { containers: [{ image: "a".repeat(2 ** 20) }] } })) ?? [];
  assert.equal(ref.length, 4097);
});

const on = { annotations: { "prestow.dev/prefetch": "true" } };
const off = { annotations: { "prestow.dev/prefetch": "false" } };
const selector = parseLabelSelector("app=game");
const counting: Record<string, [unknown, Partial<ObjectFilters>, boolean]> = {
  "a Fleet without a mark": [fleet(), {}, true],
  "one that is opted out": [fleet({ metadata: off }), {}, false],
  "one that is opted out in its GameServer template": [fleet({ gameServer: off }), {}, false],
  "one that is opted out in its pod template": [fleet({ metadata: on, pod: off }), {}, false],
  "one with some other mark": [
    fleet({ metadata: { annotations: { "prestow.dev/prefetch": "no" } } }),
    {},
    true,
  ],
  "one that the selector selects": [fleet({ metadata: { labels: { app: "game" } } }), { selector }, true],
  "one that the selector does not select": [fleet(), { selector }, false],
  "one that the selector does not select, but that opts in": [fleet({ metadata: on }), { selector }, true],
  "one that the selector selects, but that is opted out": [
    fleet({ metadata: { labels: { app: "game" }, ...off } }),
    { selector },
    false,
  ],
  "one of a chosen namespace": [fleet(), { namespaces: ["x", "default"] }, true],
  "one of no chosen namespace": [fleet({ metadata: on }), { namespaces: ["x"] }, false],
  "one of an excluded namespace": [fleet({ metadata: on }), { excludedNamespaces: ["default"] }, false],
};
for (const [name, [object, filters, counts]] of Object.entries(counting)) {
  test(`${name} ${counts ? "counts" : "does not count"}`, () => {
    assert.equal(refs(object, filters) !== undefined, counts);
  });
}

test("throws for no shape of object", () => {
  const part = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
  const keys = ["metadata", "spec", "template", "containers", "image", "volumes", "affinity", "tolerations"];
  const shape = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 7 },
      part,
      fc.dictionary(fc.constantFrom(...keys, "__proto__"), tie("node")),
      fc.array(tie("node"), { maxLength: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(shape, shape, (whole, spec) => {
      extractFleet(whole, all);
      extractFleet(fleet({ spec }), all);
    }),
  );
});

test("texts and placements that objects have in common are one copy", () => {
  const pool = createTextPool();
  const spec = () => JSON.parse('{"nodeSelector":{"a":"b"},"containers":[{"image":"quay.io/team/game:1"}]}');
  const [one] = extractFleet(fleet({ spec: spec() }), all, pool) ?? [];
  const [two] = extractFleet(fleet({ spec: spec() }), all, pool) ?? [];
  assert.ok(one !== undefined && one.placement !== undefined);
  assert.equal(one.placement, two?.placement);
});

test("a full pool starts anew", () => {
  const pool = createTextPool(2);
  const first = pool.placement({ nodeName: "a" });
  assert.equal(pool.placement({ nodeName: "a" }), first);
  pool.placement({ nodeName: "b" });
  pool.placement({ nodeName: "c" });
  assert.notEqual(pool.placement({ nodeName: "a" }), first);
});
