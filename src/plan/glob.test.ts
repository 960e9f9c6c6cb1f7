import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseReference } from "../image/reference.ts";
import { ConfigError } from "../lib/config-error.ts";
import { matchesGlob, matchesImageGlob, parseImageGlob } from "./glob.ts";

const digest = `sha256:${"a".repeat(64)}`;

const cases: [glob: string, ref: string, matches: boolean][] = [
  ["nginx:1.27", "nginx:1.27", true],
  ["nginx", "nginx:1.27", true],
  ["nginx:latest", "nginx", true],
  ["nginx:1.*", "docker.io/library/nginx:1.27", true],
  ["docker.io/nginx:*", "nginx:1.27", true],
  ["library/nginx", "nginx:1.27", true],
  ["docker.io/library/*", "nginx:1.27", true],
  ["docker.io/*", "quay.io/nginx:1", false],
  ["team/*", "docker.io/team/app:1", true],
  ["quay.io/*", "quay.io/team/deep/app:1", true],
  ["quay.io/?eam/app", "quay.io/team/app:1", true],
  ["nginx", "quay.io/nginx:1", false],
  ["app", "my-app:1", false],
  ["*", "quay.io/team/app:1", true],
  ["*@sha256:*", `app:1@${digest}`, true],
  ["app:1", `app:1@${digest}`, true],
  ["app:2", `app:1@${digest}`, false],
  ["*.com*", "quay.io/dotcom:1", false],
];
for (const [glob, ref, matches] of cases) {
  test(`${glob} ${matches ? "matches" : "does not match"} ${ref.slice(0, 40)}`, () => {
    assert.equal(matchesImageGlob(parseImageGlob(glob), parseReference(ref)), matches);
  });
}

for (const text of ["", "a b", "{a,b}", "a\\b", "é*"]) {
  test(`refuses the pattern "${text}"`, () => {
    assert.throws(
      () => parseImageGlob(text, "--exclude-image"),
      (error) => error instanceof ConfigError && error.message.startsWith("--exclude-image:"),
    );
  });
}

/** The definition, without regard to time. */
function fits(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*")) {
    return fits(pattern.slice(1), text) || (text !== "" && fits(pattern, text.slice(1)));
  }
  return (
    text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && fits(pattern.slice(1), text.slice(1))
  );
}

test("a pattern means what its definition says", () => {
  const unit = fc.constantFrom("a", "b", "/", ".");
  const pattern = fc.array(fc.oneof(unit, fc.constantFrom("*", "?")), { maxLength: 7 });
  fc.assert(
    fc.property(pattern, fc.array(unit, { maxLength: 8 }), (parts, units) => {
      assert.equal(matchesGlob(parts.join(""), units.join("")), fits(parts.join(""), units.join("")));
    }),
    { numRuns: 2000 },
  );
});

test("a pattern of many stars takes no time that grows with their number's power", () => {
  const startMs = performance.now();
  assert.equal(matchesGlob(`${"*a".repeat(200)}b`, "a".repeat(20_000)), false);
  assert.ok(performance.now() - startMs < 2000);
});
