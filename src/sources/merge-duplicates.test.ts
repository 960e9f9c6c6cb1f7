import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageArguments } from "./list-entry.ts";
import { mergeDuplicates } from "./merge-duplicates.ts";

const digest = `sha256:${"a".repeat(64)}`;

const cases: Record<string, [string[], string[]]> = {
  "different images stay apart": [
    ["a:1", "a:2", "b:1"],
    ["a:1", "a:2", "b:1"],
  ],
  "other spellings of one image merge into the first": [
    ["nginx", "redis:8", "docker.io/library/nginx:latest", "index.docker.io/nginx"],
    ["nginx +argument 3 +argument 4", "redis:8"],
  ],
  "a tag beside a digest does not matter": [[`a:1@${digest}`, `a@${digest}`], [`a:1@${digest} +argument 2`]],
  "invalid names are not merged": [
    ["b c", "b c"],
    ["b c", "b c"],
  ],
  "nothing stays nothing": [[], []],
};
for (const [name, [names, expected]] of Object.entries(cases)) {
  test(name, () => {
    const merged = mergeDuplicates(parseImageArguments(names));
    assert.deepEqual(
      merged.map(({ ref, duplicates }) => [ref, ...duplicates.map((where) => `+${where}`)].join(" ")),
      expected,
    );
  });
}
