import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findDigestFault, InvalidDigestError, isKnownAlgorithm, parseDigest } from "./digest.ts";

const hex = (length: number) => "0123456789abcdef".repeat(8).slice(0, length);

const valid: [title: string, text: string, algorithm: string][] = [
  ["sha256 with 64 digits", `sha256:${hex(64)}`, "sha256"],
  ["sha384 with 96 digits", `sha384:${hex(96)}`, "sha384"],
  ["sha512 with 128 digits", `sha512:${hex(128)}`, "sha512"],
  ["an unknown algorithm", "blake3:abc", "blake3"],
  [
    "an algorithm of several parts",
    "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
    "multihash+base58",
  ],
  ["every separator in an algorithm", "a.b_c-d+e:Z", "a.b_c-d+e"],
  ["URL-safe base64", "sha256+b64u:LCa0a2j_xo-5m0U8HTBBNBNCLXBkg7=", "sha256+b64u"],
];

const invalid: [title: string, text: string, reason: RegExp][] = [
  ["nothing", "", /no algorithm/],
  ["hexadecimal digits alone", hex(64), /no algorithm/],
  ["an empty algorithm", `:${hex(64)}`, /algorithm must be lower-case/],
  ["an upper-case algorithm", `SHA256:${hex(64)}`, /algorithm must be lower-case/],
  ["an algorithm that ends with a separator", `sha256+:${hex(64)}`, /algorithm must be lower-case/],
  ["two separators in a row", `sha256++b64:${hex(64)}`, /algorithm must be lower-case/],
  ["nothing encoded", "sha256:", /nothing after sha256:/],
  ["63 digits of sha256", `sha256:${hex(63)}`, /has 64 hexadecimal digits, this one has 63/],
  ["65 digits of sha256", `sha256:${hex(65)}`, /has 64 hexadecimal digits, this one has 65/],
  ["a sha384 of sha256's length", `sha384:${hex(64)}`, /has 96 hexadecimal digits/],
  ["a sha512 of sha256's length", `sha512:${hex(64)}`, /has 128 hexadecimal digits/],
  ["upper-case digits", `sha256:${hex(64).toUpperCase()}`, /0-9 and a-f only/],
  ["a letter after f", `sha256:${hex(63)}g`, /0-9 and a-f only/],
  ["a final line break", `sha256:${hex(63)}\n`, /0-9 and a-f only/],
  ["a second colon", "blake3:ab:cd", /character that OCI does not allow/],
  ["white space", "blake3:ab cd", /character that OCI does not allow/],
  ["an endless text", `blake3:${"a".repeat(600)}`, /longer than 512/],
];

for (const [title, text, algorithm] of valid) {
  test(`parses ${title}`, () => {
    assert.deepEqual(parseDigest(text), { algorithm, encoded: text.slice(algorithm.length + 1) });
  });
}

for (const [title, text, reason] of invalid) {
  test(`refuses ${title}`, () => {
    assert.throws(
      () => parseDigest(text),
      (error) => {
        assert.ok(error instanceof InvalidDigestError);
        assert.match(error.reason, reason);
        return true;
      },
    );
  });
}

test("knows the algorithms that runtimes can verify, and no property of an object", () => {
  for (const name of ["sha256", "sha384", "sha512"]) assert.equal(isKnownAlgorithm(name), true);
  for (const name of ["", "md5", "SHA256", "constructor", "__proto__"])
    assert.equal(isKnownAlgorithm(name), false);
});

test("puts the parts of any digest that it accepts back together", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9+._-]{1,12}:[a-zA-Z0-9=_-]{0,80}$/), (text) => {
      fc.pre(findDigestFault(text) === undefined);
      const { algorithm, encoded } = parseDigest(text);
      assert.equal(`${algorithm}:${encoded}`, text);
    }),
  );
});
