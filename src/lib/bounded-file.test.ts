import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readBoundedBytes, readBoundedFile } from "./bounded-file.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-bounded-"));
});
after(() => rm(folder, { recursive: true }));

test("a file of exactly the bound is read whole, one of a byte more is not", async () => {
  const path = join(folder, "file");
  for (const maxBytes of [1, 1000, 64 * 1024, 300_000]) {
    const bytes = Buffer.alloc(maxBytes, "ab");
    await writeFile(path, bytes);
    assert.deepEqual(await readBoundedBytes(path, maxBytes), bytes);
    assert.equal(await readBoundedBytes(path, maxBytes - 1), undefined);
  }
});

test("a pipe is read to its end, however small its pieces", async () => {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const writer = spawn("sh", [
    "-c",
    `for i in 1 2 3 4 5; do printf "line $i\\n"; sleep 0.01; done >"$0"`,
    path,
  ]);
  const ended = once(writer, "exit");
  assert.equal(await readBoundedFile(path, "list"), "line 1\nline 2\nline 3\nline 4\nline 5\n");
  await ended;
});

test("a text comes without its byte order mark", async () => {
  const path = join(folder, "marked");
  await writeFile(path, "\ufeffa");
  assert.equal(await readBoundedFile(path, "list"), "a");
});

test("what is larger than the bound, or has no end, is a ConfigError that tells the bound", async () => {
  await assert.rejects(readBoundedFile("/dev/zero", "list", 2 * 1024 * 1024), {
    name: "ConfigError",
    message: "list /dev/zero: it has more than 2 MiB; is it the right file?",
  });
});

test("what cannot be read is a ConfigError that says why", async () => {
  await assert.rejects(readBoundedFile(join(folder, "no\u001bne"), "list"), {
    name: "ConfigError",
    message: `list ${folder}/no\\x1bne: cannot be read: there is no such file; check the path and the mount`,
  });
  await assert.rejects(readBoundedFile(folder, "list"), { message: /it is a directory; name a file$/ });
});
