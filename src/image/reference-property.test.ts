import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidReferenceError, normalizedName, parseReference, repositoryName } from "./reference.ts";

const domain = fc.oneof(
  fc.constantFrom(
    "docker.io",
    "localhost",
    "localhost:5000",
    "[fc00::1]:5000",
    "[::1]",
    "UPPER",
    "under_score.io",
  ),
  fc.stringMatching(/^[a-zA-Z0-9]{1,8}(-[a-z0-9]{1,4})?(\.[a-z0-9]{1,6}){1,3}(:[0-9]{1,5})?$/),
);
const path = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-|---)[a-z0-9]{1,4}){0,2}(\/[a-z0-9]{1,6}){1,3}$/);
const tag = fc.stringMatching(/^[\w][\w.-]{0,127}$/);
const digest = fc.oneof(
  fc.stringMatching(/^sha256:[0-9a-f]{64}$/),
  fc.stringMatching(/^sha384:[0-9a-f]{96}$/),
  fc.stringMatching(/^sha512:[0-9a-f]{128}$/),
);
const parts = fc.record({ domain, path, tag: fc.option(tag), digest: fc.option(digest) });
const written = parts.map(({ domain, path, tag, digest }) => {
  return `${domain}/${path}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
});
// Text that is nearly a reference reaches more rules than random text.
const pieces = fc.constantFrom(
  "a",
  "Z",
  "0",
  "_",
  "__",
  ".",
  "-",
  "/",
  ":",
  "@",
  "[",
  "]",
  "%",
  " ",
  "é",
  "\n",
);
const known = fc.constantFrom(
  "localhost",
  "docker.io/",
  "index.docker.io",
  "[::1]:5000/",
  "sha256:",
  "latest",
  "\u202e",
);
const broken = fc.array(fc.oneof(pieces, known, written), { maxLength: 8 }).map((list) => list.join(""));
const anyText = fc.oneof(broken, written, fc.string({ unit: "binary" }), fc.string());

test("parts that are put together are found again", () => {
  fc.assert(
    fc.property(parts, ({ domain, path, tag, digest }) => {
      const text = `${domain}/${path}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
      const expected = {
        text,
        domain,
        path,
        ...(tag !== null && { tag }),
        ...(digest !== null && { digest }),
      };
      assert.deepEqual(parseReference(text), expected);
    }),
  );
});

test("a normalized name parses to itself and to the same repository", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const ref = tryParse(text);
      fc.pre(ref !== undefined);
      const again = parseReference(normalizedName(ref));
      assert.equal(normalizedName(again), normalizedName(ref));
      assert.equal(repositoryName(again), repositoryName(ref));
    }),
  );
});

test("throws nothing but InvalidReferenceError, with a message of one printable line", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      try {
        parseReference(text);
      } catch (error) {
        assert.ok(error instanceof InvalidReferenceError);
        assert.match(error.message, /^[ -~…]{1,1500}$/);
      }
    }),
    { numRuns: 2000 },
  );
});

const unit = ["a", "A", "0", ".", "-", "_", "/", ":", "@", "[", "%", " ", "\n", "\u0000", "é", "\u{1f600}"];
const pairs = ["a.", "a-", "a_", "a/", "a:", "a@", "-.", "[:", "a__b-", "sha256:", "a?@"];
const borders = [
  ["", ""],
  ["quay.io/", ""],
  ["a:", "/b"],
  ["", ".io/app"],
  ["app:", "!"],
  ["app@sha256:", ""],
  ["x.", "-/a"],
];

test("refuses a mebibyte of anything in linear time", () => {
  for (const repeated of [...unit, ...pairs]) {
    for (const [before, after] of borders) {
      const text = `${before}${repeated.repeat(Math.ceil(2 ** 20 / repeated.length))}${after}`;
      const startMs = performance.now();
      assert.throws(() => parseReference(text), InvalidReferenceError);
      // A pass takes a few milliseconds; quadratic work on this length takes minutes.
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs < 2000, `${before}${repeated}…${after} took ${tookMs} ms`);
    }
  }
});

function tryParse(text: string) {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
