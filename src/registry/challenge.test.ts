import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseChallenges } from "./challenge.ts";

const parse = (header: string | undefined) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

const cases: Record<string, readonly [string | undefined, unknown]> = {
  "none at all": [undefined, []],
  "Docker's": [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/debian:pull"',
    [
      [
        "bearer",
        {
          realm: "https://auth.docker.io/token",
          service: "registry.docker.io",
          scope: "repository:library/debian:pull",
        },
      ],
    ],
  ],
  "spaces and cases as they come": [
    'BEARER  Realm = "x" ,  service=y',
    [["bearer", { realm: "x", service: "y" }]],
  ],
  "several actions in a scope": [
    'Bearer realm="x",scope="repository:a:pull,push"',
    [["bearer", { realm: "x", scope: "repository:a:pull,push" }]],
  ],
  "a quoted quote": ['Basic realm="a \\"b\\""', [["basic", { realm: 'a "b"' }]]],
  "two in one header": [
    'Basic realm="a", Bearer realm="b"',
    [
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b" }],
    ],
  ],
  "one without parameters": [
    "Negotiate, Basic realm=a",
    [
      ["negotiate", {}],
      ["basic", { realm: "a" }],
    ],
  ],
  "what nobody can read": ["\u0001\u0002", []],
};
for (const [name, [header, expected]] of Object.entries(cases)) {
  test(`a challenge: ${name}`, () => assert.deepEqual(parse(header), expected));
}

test("no text makes it throw or take long", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => void parseChallenges(text)),
    { numRuns: 300 },
  );
  const startMs = performance.now();
  for (const text of ['a="\\'.repeat(9999), " ,".repeat(9999), "a ".repeat(9999), '"'.repeat(9999)]) {
    parseChallenges(text);
  }
  assert.ok(performance.now() - startMs < 1000);
});
