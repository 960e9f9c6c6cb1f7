import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readFlagFile, readTokenFile } from "./flag-file.ts";

let path = "";
before(async () => {
  path = join(await mkdtemp(join(tmpdir(), "prestow-flag-")), "file");
});
after(() => rm(join(path, ".."), { recursive: true }));

for (const text of ["s3cret", "s3cret\n", "\ufeff s3cret \r\n"]) {
  test(`${JSON.stringify(text)} is a token`, async () => {
    await writeFile(path, text);
    assert.equal(await readTokenFile("token-file", path), "s3cret");
  });
}

for (const text of ["", "\n", "s3cret two", "s3cret\ntwo", "s3cret\u0000", "s3crét"]) {
  test(`${JSON.stringify(text)} is no token, and is not quoted`, async () => {
    await writeFile(path, text);
    await assert.rejects(readTokenFile("token-file", path), {
      name: "ConfigError",
      message: `--token-file: ${path} holds no single token; write one, without blanks`,
    });
  });
}

test("a file is read byte for byte", async () => {
  await writeFile(path, Buffer.from([0xef, 0xbb, 0xbf, 0x00, 0xff]));
  assert.deepEqual([...(await readFlagFile("ca-file", path))], [0xef, 0xbb, 0xbf, 0x00, 0xff]);
});

test("what cannot be read, and what is too large to be meant, names the flag", async () => {
  await assert.rejects(readFlagFile("ca-file", `${path}/x`), { message: /^--ca-file: ENOTDIR/ });
  await assert.rejects(readFlagFile("ca-file", "/dev/zero"), {
    name: "ConfigError",
    message: "--ca-file: /dev/zero has more than 4 MiB; is it the right file?",
  });
  await truncate(path, 4 * 1024 * 1024 + 1);
  await assert.rejects(readTokenFile("token-file", path), { message: /^--token-file: .* more than 4 MiB/ });
});
