import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import { type DesiredImage, decidePlan, plannedName } from "./pull-plan.ts";
import type { PullPolicy } from "./pull-policy.ts";

const digest = `sha256:${"a".repeat(64)}`;

function listed(...names: string[]): RuntimeImage {
  return {
    id: `sha256:${"1".repeat(64)}`,
    repoTags: names.filter((name) => !name.includes("@")),
    repoDigests: names.filter((name) => name.includes("@")),
    sizeBytes: 1,
    pinned: false,
  };
}

function wanted(ref: string): DesiredImage {
  return { ref, where: "argument 1", image: parseReference(ref) };
}

const cases: Record<string, readonly [string, readonly string[], PullPolicy, "pull" | "keep", RegExp]> = {
  "pulls what is not there": ["nginx:1", [], "Auto", "pull", /not present/],
  "pulls another tag of a present image": [
    "nginx:1",
    ["docker.io/library/nginx:2"],
    "Auto",
    "pull",
    /not present/,
  ],
  "keeps a present tag": ["nginx:1", ["docker.io/library/nginx:1"], "Auto", "keep", /^present$/],
  "keeps a present digest": [
    `nginx@${digest}`,
    [`docker.io/library/nginx@${digest}`],
    "Auto",
    "keep",
    /^present$/,
  ],
  "asks again for latest": [
    "nginx:latest",
    ["docker.io/library/nginx:latest"],
    "Auto",
    "pull",
    /the tag latest/,
  ],
  "asks again for no tag": ["nginx", ["docker.io/library/nginx:latest"], "Auto", "pull", /no tag/],
  "keeps a present latest where the policy says so": [
    "nginx",
    ["docker.io/library/nginx:latest"],
    "IfNotPresent",
    "keep",
    /^present$/,
  ],
  "asks again for everything where the policy says so": [
    "nginx:1",
    ["docker.io/library/nginx:1"],
    "Always",
    "pull",
    /Always/,
  ],
};
for (const [name, [ref, present, policy, action, reason]] of Object.entries(cases)) {
  test(name, () => {
    const [planned] = decidePlan([wanted(ref)], [listed(...present)], policy);
    assert.equal(planned?.action, action);
    assert.match(planned?.reason ?? "", reason);
  });
}

test("rejects what names no image and keeps the order of the list", () => {
  const bad: DesiredImage = { ref: "Bad", where: "f:2", reason: "upper case" };
  const plan = decidePlan([wanted("b:1"), bad, wanted("a:1")], [], "Auto");
  assert.deepEqual(
    plan.map(({ action }) => action),
    ["pull", "reject", "pull"],
  );
  assert.deepEqual(plan.map(plannedName), ["docker.io/library/b:1", "Bad", "docker.io/library/a:1"]);
});
