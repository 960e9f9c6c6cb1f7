import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseReference } from "../image/reference.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createTarget, matchesPattern, parseUrlPattern } from "./url-pattern.ts";

function matches(pattern: string, image: string): boolean {
  return matchesPattern(parseUrlPattern(pattern), createTarget(parseReference(image)));
}

const matching: [pattern: string, image: string][] = [
  ["registry.example.com", "registry.example.com/app"],
  ["*.example.com", "registry.example.com/app"],
  ["registry.*.com", "registry.example.com/app"],
  ["registry.example.*", "registry.example.com/app"],
  ["*-eu.example.com", "registry-eu.example.com/app"],
  ["reg*y.example.com", "registry.example.com/app"],
  ["*g*s*.example.com", "registry.example.com/app"],
  ["registry*.example.com", "registry.example.com/app"],
  ["*.*.*", "registry.example.com/app"],
  ["*.dkr.ecr.*.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1"],
  ["*.example.com/team", "registry.example.com/team/app"],
  ["*.example.com/team/", "registry.example.com/team/app"],
  ["registry.example.com/", "registry.example.com/app"],
  ["registry.example.com/pong", "registry.example.com/pongz"],
  ["*.example.com:5000/team", "registry.example.com:5000/team/app"],
  ["registry.example.com?query#fragment", "registry.example.com/app"],
  ["user:secret@registry.example.com", "registry.example.com/app"],
  ["localhost:5000", "localhost:5000/app"],
  ["docker.io", "debian"],
  ["docker.io/library", "debian:12"],
  ["[fc00::1]:5000", "[fc00::1]:5000/app"],
  ["[fc00::1]", "[fc00::1]/app"],
];
for (const [pattern, image] of matching) {
  test(`${pattern} is for ${image}`, () => assert.equal(matches(pattern, image), true));
}

const different: [pattern: string, image: string][] = [
  ["example.com", "registry.example.com/app"],
  ["*.example.com", "example.com/app"],
  ["*.example.com", "a.registry.example.com/app"],
  ["*", "registry.example.com/app"],
  ["*.*.example.com", "registry.example.com/app"],
  ["registry.example.com", "registry.example.org/app"],
  ["r*t.example.com", "registry.example.com/app"],
  ["registry*y.example.com", "registry.example.com/app"],
  ["*ry*y.example.com", "registry.example.com/app"],
  ["*gis*gis*.example.com", "registry.example.com/app"],
  ["registry.example.com/team", "registry.example.com/other/app"],
  ["registry.example.com/t*m", "registry.example.com/team/app"],
  ["registry.example.com:5000", "registry.example.com/app"],
  ["registry.example.com", "registry.example.com:5000/app"],
  ["registry.example.com:5001", "registry.example.com:5000/app"],
  ["registryxexample.com", "registry.example.com/app"],
  ["[fc00::2]:5000", "[fc00::1]:5000/app"],
];
for (const [pattern, image] of different) {
  test(`${pattern} is not for ${image}`, () => assert.equal(matches(pattern, image), false));
}

const refused = [
  "",
  "/path",
  "user@",
  "exa mple.com",
  "example.com:port",
  "a[bc].example.com",
  "[fc00::1",
  "a%2f.b",
];
for (const text of refused) {
  test(`refuses the pattern "${text}" without quoting it`, () => {
    assert.throws(
      () => parseUrlPattern(text),
      (error: unknown) => error instanceof ConfigError && /^its? .*; write it like /.test(error.message),
    );
  });
}

const part = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 8 });
const globPart = fc.string({ unit: fc.constantFrom("a", "b", "-", "*"), minLength: 1, maxLength: 6 });

test("a glob matches exactly what the same regular expression without dots matches", () => {
  fc.assert(
    fc.property(globPart, part, (glob, text) => {
      const expected = new RegExp(`^${glob.replaceAll("*", "[^.]*")}$`).test(text);
      const target = { hostParts: [text, "io"], port: "", path: "/app" };
      return matchesPattern(parseUrlPattern(`${glob}.io`), target) === expected;
    }),
    { numRuns: 500 },
  );
});

test("many stars cost no more than one look at the text", { timeout: 2000 }, () => {
  const pattern = parseUrlPattern(`${"*a".repeat(5000)}b.io`);
  assert.equal(
    matchesPattern(pattern, { hostParts: ["a".repeat(100_000), "io"], port: "", path: "" }),
    false,
  );
});
