import assert from "node:assert/strict";
import { test } from "node:test";
import { desiredOf, digestOf, listedImage } from "../../test/keep/world.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import { decidePrune, type PruneWorld, pruneChecks } from "./prune-rules.ts";

const old = listedImage("registry.test/game:1");
const otherId = digestOf("other");

function recordOf(pulls: Readonly<Record<string, string>>): PruneWorld["recorded"] {
  return new Map(Object.entries(pulls).map(([name, imageId]) => [name, { imageId, pulledAt: "" }]));
}

/** One in which `old` goes. */
const world: PruneWorld = {
  desired: desiredOf(["registry.test/game:2"]),
  hasEmptySource: false,
  recorded: recordOf({ "registry.test/game:1": old.id }),
  recordKept: true,
  ownPins: new Set(),
  used: new Set(["sha256:somebody", "registry.test/else:1", "<none>"]),
  graceMs: 15_000,
};

interface Case {
  readonly world?: Partial<PruneWorld>;
  readonly image?: Partial<RuntimeImage>;
  readonly undesiredForMs?: number;
}

function failing({ world: more, image, undesiredForMs = 15_000 }: Case): string | undefined {
  return decidePrune({ image: { ...old, ...image }, undesiredForMs }, { ...world, ...more })?.name;
}

const digest = old.repoDigests[0]?.split("@")[1];

const kept: Record<string, readonly [string, Case]> = {
  "a source is not synced": ["sources-synced", { world: { desired: desiredOf(["x:1"], false) } }],
  "nothing at all is desired": ["no-empty-source", { world: { desired: desiredOf([]) } }],
  "one source is empty": ["no-empty-source", { world: { hasEmptySource: true } }],
  "the record cannot be written": ["record-kept", { world: { recordKept: false } }],
  "the record is lost": ["pulled-here", { world: { recorded: new Map() } }],
  "the tag is another image now": [
    "pulled-here",
    { world: { recorded: recordOf({ "registry.test/game:1": otherId }) } },
  ],
  "it is desired": ["undesired", { world: { desired: desiredOf(["registry.test/game:1"]) } }],
  "it is desired by digest": [
    "undesired",
    { world: { desired: desiredOf([`registry.test/game@${digest}`]) } },
  ],
  "it is desired by another of its names": [
    "undesired",
    {
      image: { repoTags: [...old.repoTags, "mirror.test/game:1"] },
      world: { desired: desiredOf(["mirror.test/game:1"]) },
    },
  ],
  "somebody else tagged it": [
    "all-names-ours",
    { image: { repoTags: [...old.repoTags, "registry.test/game:x"] } },
  ],
  "one of its names was another image when we pulled it": [
    "all-names-ours",
    {
      image: { repoTags: [...old.repoTags, "registry.test/game:x"] },
      world: { recorded: recordOf({ "registry.test/game:1": old.id, "registry.test/game:x": otherId }) },
    },
  ],
  "somebody else pulled it by digest from elsewhere": [
    "all-names-ours",
    { image: { repoDigests: [...old.repoDigests, `mirror.test/game@${digest}`] } },
  ],
  "it has a name that is none": ["all-names-ours", { image: { repoTags: ["<none>:<none>"] } }],
  "it has no name": ["all-names-ours", { image: { repoTags: [], repoDigests: [] } }],
  "somebody else pinned it": ["not-pinned", { image: { pinned: true } }],
  "our pin is still there": ["not-pinned", { world: { ownPins: new Set([old.id]) } }],
  "our pins are not known": ["not-pinned", { world: { ownPins: undefined } }],
  "it is undesired for too short a time": ["grace", { undesiredForMs: 14_999 }],
  "it is undesired for the first time": ["grace", { undesiredForMs: 0, world: { graceMs: 0 } }],
  "nobody can tell what is in use": ["use-known", { world: { used: undefined } }],
  "it is in use by id": ["not-in-use", { world: { used: new Set([old.id]) } }],
  "it is in use by id without algorithm": ["not-in-use", { world: { used: new Set([old.id.slice(7)]) } }],
  "it is in use by tag": ["not-in-use", { world: { used: new Set(["registry.test/game:1"]) } }],
  "it is in use by tag and digest": [
    "not-in-use",
    { world: { used: new Set([`registry.test/game:1@${digest}`]) } },
  ],
  "it is in use by its digest from elsewhere": [
    "not-in-use",
    { world: { used: new Set([`mirror.test/x@${digest}`]) } },
  ],
};

test("removes an image that every check lets go", () => assert.equal(failing({}), undefined));

for (const [what, [check, input]] of Object.entries(kept)) {
  test(`keeps an image while ${what}`, () => assert.equal(failing(input), check));
}

test("a short name in use is the same image", () => {
  const image = listedImage("game:1");
  const recorded = recordOf({ "docker.io/library/game:1": image.id });
  const used = new Set(["game:1"]);
  assert.equal(
    decidePrune({ image, undesiredForMs: 15_000 }, { ...world, recorded, used })?.name,
    "not-in-use",
  );
});

test("removes what is left of a moved tag that this agent pulled", () => {
  assert.equal(failing({ image: { repoTags: [] } }), undefined);
});

test("removes an image all of whose names this agent pulled", () => {
  const image = { repoTags: ["registry.test/game:1", "registry.test/game:x"] };
  const recorded = recordOf({ "registry.test/game:1": old.id, "registry.test/game:x": old.id });
  assert.equal(failing({ image, world: { recorded } }), undefined);
});

test("every check has a reason and a case that it alone decides", () => {
  const decided = new Set(Object.values(kept).map(([check]) => check));
  for (const { name, why } of pruneChecks) {
    assert.ok(why.length > 20, name);
    assert.ok(decided.has(name), name);
  }
  assert.equal(new Set(pruneChecks.map(({ name }) => name)).size, pruneChecks.length);
});
