import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canRunPlatform, formatPlatform, InvalidPlatformError, parsePlatform } from "./platform.ts";

const spellings: [text: string, formatted: string][] = [
  ["linux/amd64", "linux/amd64"],
  ["linux/x86_64", "linux/amd64"],
  ["Linux/X86-64", "linux/amd64"],
  ["linux/amd64/v1", "linux/amd64"],
  ["linux/amd64/v3", "linux/amd64/v3"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/arm64/v8", "linux/arm64"],
  ["linux/arm64/8", "linux/arm64"],
  ["linux/arm64/v8.0", "linux/arm64"],
  ["linux/arm64/v8.2", "linux/arm64/v8.2"],
  ["linux/arm64/v9.0", "linux/arm64/v9"],
  ["linux/arm", "linux/arm/v7"],
  ["linux/arm/6", "linux/arm/v6"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/armel", "linux/arm/v6"],
  ["linux/i386", "linux/386"],
  ["linux/s390x", "linux/s390x"],
  ["linux/riscv64/rva23u64", "linux/riscv64/rva23u64"],
  ["linux/riscv64/2.0", "linux/riscv64/2.0"],
  ["macOS/arm64", "darwin/arm64"],
];

for (const [text, formatted] of spellings) {
  test(`writes ${text} as ${formatted}`, () => {
    assert.equal(formatPlatform(parsePlatform(text)), formatted);
    assert.deepEqual(parsePlatform(formatted), parsePlatform(text));
  });
}

const invalid = [
  "",
  "linux",
  "linux/",
  "/amd64",
  "linux//v8",
  "linux/arm64/v8/x",
  "linux/arm 64",
  "*/*",
  "linux/é",
];
for (const text of [...invalid, "linux/amd64\n", "a/".repeat(1 << 19)]) {
  test(`refuses ${JSON.stringify(text.slice(0, 20))} as a platform`, () => {
    assert.throws(() => parsePlatform(text), InvalidPlatformError);
  });
}

const runs: [title: string, node: string, image: string, expected: boolean][] = [
  ["the same platform", "linux/amd64", "linux/amd64", true],
  ["another spelling of it", "linux/x86_64", "linux/amd64/v1", true],
  ["another architecture", "linux/amd64", "linux/arm64", false],
  ["another system", "linux/amd64", "windows/amd64", false],
  ["a lower level of amd64", "linux/amd64/v3", "linux/amd64/v2", true],
  ["a higher level of amd64", "linux/amd64/v2", "linux/amd64/v3", false],
  ["386 on amd64", "linux/amd64", "linux/386", true],
  ["amd64 on 386", "linux/386", "linux/amd64", false],
  ["arm v6 on v7", "linux/arm/v7", "linux/arm/v6", true],
  ["arm v7 on v6", "linux/arm/v6", "linux/arm", false],
  ["arm v7 on arm64", "linux/arm64", "linux/arm/v7", true],
  ["arm64 on arm v8", "linux/arm/v8", "linux/arm64", false],
  ["an older minor version of arm64", "linux/arm64/v8.4", "linux/arm64/v8.2", true],
  ["a newer minor version of arm64", "linux/arm64", "linux/arm64/v8.2", false],
  ["v8.5 on v9 of arm64", "linux/arm64/v9", "linux/arm64/v8.5", true],
  ["v8.6 on v9 of arm64", "linux/arm64/v9", "linux/arm64/v8.6", false],
  ["v9 on v8.9 of arm64", "linux/arm64/v8.9", "linux/arm64/v9", false],
  ["the same unknown variant", "linux/riscv64/rva23u64", "linux/riscv64/rva23u64", true],
  ["a lower number where variants are only names", "linux/riscv64/v2", "linux/riscv64/v1", false],
  ["another unknown variant", "linux/riscv64/rva23u64", "linux/riscv64/rva22u64", false],
];

for (const [title, node, image, expected] of runs) {
  test(`${expected ? "runs" : "does not run"} ${title}`, () => {
    assert.equal(canRunPlatform(parsePlatform(node), parsePlatform(image)), expected);
  });
}

test("runs any platform on itself, and has one spelling for it", () => {
  const part = fc.constantFrom(
    "linux",
    "arm",
    "arm64",
    "amd64",
    "x86_64",
    "386",
    "v8",
    "v9.0",
    "v1",
    "7",
    "odd",
  );
  fc.assert(
    fc.property(part, part, fc.option(part, { nil: undefined }), (os, architecture, variant) => {
      const text = variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
      const platform = parsePlatform(text);
      assert.equal(canRunPlatform(platform, platform), true);
      assert.deepEqual(parsePlatform(formatPlatform(platform)), platform);
    }),
  );
});
