import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldConfigError } from "./config-faults.ts";
import { parseImages } from "./parse-images.ts";

const digest = `sha256:${"a".repeat(64)}`;

function outline(text: string): string[] {
  return parseImages(text).map(({ name, ref }) => `${name} ${ref}`);
}

function faultsOf(text: string): readonly string[] {
  try {
    parseImages(text);
  } catch (error) {
    assert.ok(error instanceof HoldConfigError);
    return error.faults;
  }
  return [];
}

const good: readonly [string, string, string[]][] = [
  ["one entry", "a=debian:12", ["a debian:12"]],
  ["a trailing semicolon", "a=b:1;c=d:2;", ["a b:1", "c d:2"]],
  ["spaces and line breaks around entries", " \n a=b:1 ;\r\n\tc=d:2; \n", ["a b:1", "c d:2"]],
  ["empty entries between", "a=b:1;;c=d:2", ["a b:1", "c d:2"]],
  ["spaces around the equals sign", "a = b:1", ["a b:1"]],
  ["a digest", `a=quay.io/x/y@${digest}`, [`a quay.io/x/y@${digest}`]],
  ["a port", "a=localhost:5000/x", ["a localhost:5000/x"]],
  ["one image by two names", "a=x:1;b=x:1", ["a x:1", "b x:1"]],
];
for (const [what, text, expected] of good) {
  test(`${what} is read`, () => assert.deepEqual(outline(text), expected));
}

const bad: readonly [string, string, RegExp][] = [
  ["no image at all", " ; \n;", /^IMAGES: it lists no image; write name=image;name=image$/],
  ["an entry without equals sign", "a=b;debian", /^IMAGES: entry 2, "debian", has no "="; write name=image$/],
  ["an entry without name", "=debian", /^IMAGES: entry 1: the name "": there is none before the "="/],
  ["a name that is no container's", "My_App=x", /^IMAGES: entry 1: the name "My_App": .*DNS label/],
  ["a name beyond 63 characters", `${"a".repeat(64)}=x`, /has 64 characters; give at most 63/],
  ["the name of our init container", "copy-sleep=x", /a container of ours has it/],
  [
    "a reference with a second equals sign",
    "a=b:1=2",
    /^IMAGES: a="b:1=2" names no image: the tag has the character "="/,
  ],
  ["no reference", "a=", /^IMAGES: a="" names no image: it is empty/],
  ["a name given twice", "a=x:1;b=y;a=z:2", /^IMAGES: the name "a" is given to x:1 and to z:2; rename one$/],
  ["a megabyte without semicolon", `a=${"b".repeat(1_000_000)}`, /^IMAGES: entry 1 has 1000002 characters/],
  ["a control character", "a=b\u001b[2J", /b\\x1b\[2J/],
];
for (const [what, text, expected] of bad) {
  test(`${what} is refused with the entry and the form`, () => {
    const faults = faultsOf(text);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", expected);
  });
}

test("every bad entry is told", () => {
  assert.equal(faultsOf("a=;b;C=x;d=debian:12;d=debian:13").length, 4);
});

test("a password in a reference is not shown", () => {
  assert.doesNotMatch(faultsOf("a=https://user:canary@registry.test/app").join(), /canary/);
});
