import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readBaseFiles, writeBase } from "./base.ts";
import { parseLibraries } from "./libraries.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-base-"));
after(() => rmSync(folder, { recursive: true }));

const printed = `\tlinux-vdso.so.1 (0x00007f0a36bb9000)
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f0a36ba3000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0a3661e000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a36bbb000)
`;

test("the libraries of a program are its files, the dynamic linker among them, without the kernel's own", () => {
  assert.deepEqual(parseLibraries(printed), [
    "/lib/x86_64-linux-gnu/libdl.so.2",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});

test("a library that the machine has not is named", () => {
  assert.throws(() => parseLibraries("\tlibgpgme.so.11 => not found\n"), /libgpgme\.so\.11 is missing/);
});

test("each variant has Node.js where its public base has it, and only distro has a shell", async () => {
  const distroless = await readBaseFiles("distroless", process.execPath, process.env);
  const distro = await readBaseFiles("distro", process.execPath, process.env);
  assert.equal(distroless.programs.get("/nodejs/bin/node"), process.execPath);
  assert.equal(distro.programs.get("/usr/local/bin/node"), process.execPath);
  assert.equal(distroless.programs.has("/bin/sh"), false);
  assert.equal(distro.programs.has("/bin/sh"), true);
});

test("a base is written with users, a common temporary folder and programs that everybody may run", async () => {
  const programs = new Map([["/a/b/program", join(import.meta.dirname, "base.ts")]]);
  await writeBase({ programs, texts: new Map([["/etc/passwd", "root"]]) }, folder);
  assert.equal(statSync(join(folder, "a/b/program")).mode & 0o7777, 0o755);
  assert.equal(statSync(join(folder, "tmp")).mode & 0o7777, 0o1777);
  assert.equal(readFileSync(join(folder, "etc/passwd"), "utf8"), "root");
});

test("a base of programs that the machine has not is refused with their name", async () => {
  const environment = { PATH: "/nonexistent" };
  await assert.rejects(readBaseFiles("distro", process.execPath, environment), /no sh on PATH/);
});
