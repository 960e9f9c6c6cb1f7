import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../lib/config-error.ts";
import { matchesSelector, parseLabelSelector } from "./label-selector.ts";

function outline(text: string): string[] {
  return parseLabelSelector(text).requirements.map(
    ({ key, operator, values }) => `${key} ${operator} ${values.join("|")}`,
  );
}

const selectors: Record<string, string[]> = {
  "a=b,c!=d,e in (x,y),f notin (z),g,!h": [
    "a In b",
    "c NotIn d",
    "e In x|y",
    "f NotIn z",
    "g Exists ",
    "h DoesNotExist ",
  ],
  "a==b": ["a In b"],
  "  a = b , !  c ": ["a In b", "c DoesNotExist "],
  "a=": ["a In "],
  "a=,b": ["a In ", "b Exists "],
  "a in ()": ["a In "],
  "a in(x, y ,)": ["a In x|y|"],
  "in in (in)": ["in In in"],
  "example.com/a_b.c=1.0": ["example.com/a_b.c In 1.0"],
  "a>1,b<2": ["a Gt 1", "b Lt 2"],
};
for (const [text, expected] of Object.entries(selectors)) {
  test(`reads ${text}`, () => {
    assert.deepEqual(outline(text), expected);
  });
}

const faults: Record<string, RegExp> = {
  "": /it is empty/,
  " ": /it is empty/,
  "a=b,": /ends with a comma/,
  ",a": /",a" is no requirement/,
  "a b": /"a b" is no requirement/,
  "a in (b": /is no requirement/,
  "a in b": /is no requirement/,
  "a=b=c": /is no requirement/,
  "a=b c": /is no requirement/,
  "!a=b": /is no requirement/,
  "-a": /"-a" is no key/,
  "Example.com/a": /is no key/,
  "a/": /is no key/,
  "a/b/c": /is no key/,
  "a..b/c": /is no key/,
  "a=-b": /"-b" is no value/,
  "a in (b c)": /"b c" is no value/,
  "a<-2": /is no value/,
  "a>b": /no whole number/,
  [`a=${"b".repeat(64)}`]: /is no value/,
};
for (const [text, reason] of Object.entries(faults)) {
  test(`refuses "${text.slice(0, 20)}"`, () => {
    assert.throws(
      () => parseLabelSelector(text),
      (error) =>
        error instanceof ConfigError && error.message.startsWith("--selector") && reason.test(error.message),
    );
  });
}

test("a selector holds where all of its requirements do", () => {
  const selector = parseLabelSelector("app in (a,b),tier!=x,!old,size>3");
  assert.equal(matchesSelector(selector, { app: "a", size: "4" }), true);
  assert.equal(matchesSelector(selector, { app: "a", size: "4", tier: "y" }), true);
  assert.equal(matchesSelector(selector, { app: "a", size: "4", tier: "x" }), false);
  assert.equal(matchesSelector(selector, { app: "a", size: "3" }), false);
  assert.equal(matchesSelector(selector, { app: "c", size: "4" }), false);
  assert.equal(matchesSelector(selector, { app: "a", size: "4", old: "" }), false);
  assert.equal(matchesSelector(selector, {}), false);
});

test("a key that every JavaScript object has is no label", () => {
  assert.equal(matchesSelector(parseLabelSelector("constructor"), {}), false);
  assert.equal(matchesSelector(parseLabelSelector("!toString"), {}), true);
});

const key = fc.constantFrom("a", "b", "c");
const value = fc.constantFrom("", "x", "y", "z");
const labels = fc.dictionary(key, value);
const space = fc.constantFrom("", " ", "  ");

/** A requirement as text, and what it means, said without the code under test. */
type Form = readonly [text: string, holds: (object: Record<string, string>) => boolean];

const requirement = fc
  .record({ key, values: fc.uniqueArray(value, { minLength: 1 }), kind: fc.nat(6), pad: space })
  .map(({ key, values, kind, pad }) => {
    const list = `(${values.map((item) => pad + item).join(",")})`;
    const [first = ""] = values;
    const has = (object: Record<string, string>) => Object.keys(object).includes(key);
    const forms: Form[] = [
      [`${key}${pad}=${pad}${first}`, (object) => has(object) && object[key] === first],
      [`${key}==${first}`, (object) => has(object) && object[key] === first],
      [`${key}${pad}!=${first}`, (object) => !has(object) || object[key] !== first],
      [`${key} in ${list}`, (object) => has(object) && values.some((item) => item === object[key])],
      [`${key} notin${pad}${list}`, (object) => !has(object) || values.every((item) => item !== object[key])],
      [`${pad}${key}`, has],
      [`!${pad}${key}`, (object) => !has(object)],
    ];
    const fallback: Form = [key, has];
    return forms[kind] ?? fallback;
  });

test("means what its parts mean, whatever white space is between", () => {
  fc.assert(
    fc.property(
      fc.array(requirement, { minLength: 1, maxLength: 4 }),
      space,
      labels,
      (parts, pad, object) => {
        const selector = parseLabelSelector(parts.map(([text]) => text).join(`${pad},${pad}`));
        assert.equal(
          matchesSelector(selector, object),
          parts.every(([, holds]) => holds(object)),
        );
      },
    ),
  );
});

test("throws nothing but ConfigError, of one line", () => {
  const piece = fc.constantFrom(
    "a",
    "=",
    "!",
    ",",
    "(",
    ")",
    " in ",
    "notin",
    " ",
    "<",
    ">",
    "\n",
    "é",
    "/",
    ".",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        parseLabelSelector(pieces.join(""));
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        assert.doesNotMatch(error.message, /\n/);
      }
    }),
  );
});
