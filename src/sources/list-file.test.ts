import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { ListEntry } from "./list-entry.ts";
import { parseImageArguments } from "./list-entry.ts";
import { maxListBytes, parseImageList, readImageList } from "./list-file.ts";

function outline(entries: readonly ListEntry[]): string[] {
  return entries.map((entry) => `${entry.where} ${entry.ref}${"reason" in entry ? " !" : ""}`);
}

const lists: Record<string, [string, string[]]> = {
  "an empty file": ["", []],
  "one name without a line break": ["nginx:1", ["f:1 nginx:1"]],
  "names with comments and blank lines between": ["# a\n\na:1\n  # b\n\t\nb:2\n", ["f:3 a:1", "f:6 b:2"]],
  "white space around a name": ["  a:1\t\n", ["f:1 a:1"]],
  "CRLF line ends": ["a:1\r\n\r\n# c\r\nb:2\r\n", ["f:1 a:1", "f:4 b:2"]],
  "a byte order mark": ["\ufeffa:1\n", ["f:1 a:1"]],
  "a byte order mark before a comment": ["\ufeff# c\na:1", ["f:2 a:1"]],
  "an invalid line among others": ["a:1\nNot An Image\nb:2", ["f:1 a:1", "f:2 Not An Image !", "f:3 b:2"]],
  "control characters": ["a\u001b[2Jb", ["f:1 a\\x1b[2Jb !"]],
  "a lone carriage return": ["a:1\rb:2", ["f:1 a:1\\x0db:2 !"]],
  duplicates: ["a:1\na:1", ["f:1 a:1", "f:2 a:1"]],
};
for (const [name, [text, expected]] of Object.entries(lists)) {
  test(`list: ${name}`, () => assert.deepEqual(outline(parseImageList(text, "f")), expected));
}

test("an invalid line says why and hides a password", () => {
  const [entry] = parseImageList("https://user:canary@registry.test/app", "f");
  assert.ok(entry && "reason" in entry);
  assert.match(entry.reason, /scheme/);
  assert.doesNotMatch(JSON.stringify(entry), /canary/);
});

test("a line beyond 4096 characters is refused by its length and shown cut", () => {
  const [entry] = parseImageList("a".repeat(4097), "f");
  assert.ok(entry && "reason" in entry);
  assert.match(entry.reason, /4097 characters long/);
  assert.ok(entry.ref.length < 200);
});

const garbage: Record<string, string> = {
  "without a line break": "\u0000\u001b@:/".repeat(210_000),
  "of line breaks": "\n".repeat(1_048_576),
  "of short lines": "!bad\u0007!\n".repeat(149_797),
  "of spaces": `a${" ".repeat(1_048_576)}b`,
};
for (const [name, text] of Object.entries(garbage)) {
  // Quadratic work on these would outlast the time limit of the file.
  test(`1 MiB of garbage ${name} is read to its end`, () => {
    for (const entry of parseImageList(text, "f")) assert.ok("reason" in entry);
  });
}

test("any text becomes entries whose refused names are printable ASCII", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) =>
      parseImageList(text, "f").every((entry) => "image" in entry || /^[ -~…]*$/.test(entry.ref)),
    ),
  );
});

test("arguments are numbered from one", () => {
  assert.deepEqual(outline(parseImageArguments(["a:1", "", "b c"])), [
    "argument 1 a:1",
    "argument 2  !",
    "argument 3 b c !",
  ]);
});

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "prestow-list-"));
});
after(() => rm(directory, { recursive: true }));

test("a file is read with its path as place", async () => {
  const path = join(directory, "images.txt");
  await writeFile(path, "# list\nnginx:1\n");
  assert.deepEqual(outline(await readImageList(path)), [`${path}:2 nginx:1`]);
});

test("a file of exactly the greatest size is read, one byte more is not", async () => {
  const path = join(directory, "big");
  await writeFile(path, "\n");
  await truncate(path, maxListBytes);
  assert.equal((await readImageList(path)).length, 1);
  await truncate(path, maxListBytes + 1);
  await assert.rejects(readImageList(path), { name: "ConfigError", message: /^--image-list-file: .*16 MiB/ });
});

test("what cannot be read is a ConfigError with flag, path and reason", async () => {
  const missing = join(directory, "mis\u001bsing");
  await assert.rejects(readImageList(missing), {
    name: "ConfigError",
    message: `--image-list-file: "${directory}/mis\\x1bsing" does not exist; check the path and, in a pod, the volume`,
  });
  await assert.rejects(readImageList(directory), { name: "ConfigError", message: /is a directory/ });
  await assert.rejects(readImageList(join(directory, "big", "x")), {
    message: /cannot be read \(ENOTDIR\)$/,
  });
});
