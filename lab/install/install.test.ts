import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { renderAptConfig } from "./apt.ts";
import { debianFolderName, installDebian, pickInstalled } from "./debian.ts";
import { goInstallCommand, installGo } from "./go.ts";
import { hasLibseccomp, renderPkgConfig } from "./libseccomp.ts";
import { decideContainerdKind, installContainerd, installRegistry } from "./tools.ts";
import { containerdTarget, runcTarget } from "./versions.ts";

const base = mkdtempSync(join(tmpdir(), "prestow-install-"));
after(() => rmSync(base, { recursive: true }));

function createTool(folder: string, name: string): string {
  mkdirSync(join(base, folder), { recursive: true });
  writeFileSync(join(base, folder, name), "#!/bin/sh\n");
  chmodSync(join(base, folder, name), 0o755);
  return join(base, folder);
}

function contextWith(environment: Record<string, string>, cache = join(base, "empty-cache")) {
  return { cache, environment: { PATH: "", ...environment }, say: () => undefined };
}

test("who does not choose gets what was built, else what is on PATH, else Debian's", () => {
  assert.equal(decideContainerdKind(true, true), "cached");
  assert.equal(decideContainerdKind(false, true), "path");
  assert.equal(decideContainerdKind(false, false), "debian");
});

test("PRESTOW_LAB_BIN goes before everything, for the programs that it holds", async () => {
  const [named, onPath] = [createTool("named", "containerd"), createTool("path", "docker-registry")];
  const context = contextWith({ PRESTOW_LAB_BIN: named, PATH: onPath });
  assert.equal(await installContainerd("debian", context), named);
  assert.equal(await installRegistry(context), onPath);
});

test("a containerd on PATH is found there, and its absence said with what to do", async () => {
  const folder = createTool("on-path", "containerd");
  assert.equal(await installContainerd("path", contextWith({ PATH: `/nonexistent:${folder}` })), folder);
  await assert.rejects(installContainerd("path", contextWith({})), /no containerd on PATH: choose/);
});

test("a machine without Go, or not of Debian's kind, is told what else will do", async () => {
  await assert.rejects(installGo(containerdTarget, contextWith({})), /no go on PATH.*PRESTOW_LAB_BIN/);
  await assert.rejects(installDebian({ packages: ["x"] }, contextWith({})), /no apt-get.*PRESTOW_LAB_BIN/);
});

test("each program is built at the target's version", () => {
  assert.deepEqual(goInstallCommand(runcTarget, ["-tags", "seccomp"]), [
    "go",
    "install",
    "-ldflags=-s -w",
    "-tags",
    "seccomp",
    "github.com/opencontainers/runc@v1.5.2",
  ]);
  assert.ok(
    goInstallCommand(containerdTarget, []).every(
      (part) => !part.includes("/cmd/") || part.endsWith("@v2.4.2"),
    ),
  );
});

test("a Debian folder is named by package and version, and the newest one is used", async () => {
  const name = debianFolderName("containerd_1.6.20~ds1-1+deb12u3_amd64.deb");
  assert.equal(name, "debian-containerd_1.6.20~ds1-1+deb12u3_amd64");
  const names = [name.replace("20", "9"), name, "debian-containerd.lock", "debian-containerd-dev_9_amd64"];
  assert.equal(pickInstalled(names, "containerd"), name);
  assert.equal(pickInstalled(names, "runc"), undefined);
  mkdirSync(join(base, "cache", name), { recursive: true });
  const context = contextWith({}, join(base, "cache"));
  assert.equal(await installDebian({ packages: ["containerd", "runc"] }, context), join(base, "cache", name));
});

test("apt writes into our folder and runs none of the machine's hooks", () => {
  const config = renderAptConfig("/c/apt", true);
  assert.match(config, /^Dir::Cache "\/c\/apt\/cache";$/m);
  assert.match(config, /^Dir::State::Lists "\/c\/apt\/lists";$/m);
  assert.match(config, /^#clear APT::Update::Post-Invoke;$/m);
  assert.doesNotMatch(renderAptConfig("/c/apt", false), /Lists/);
});

test("libseccomp is looked for among the machine's libraries", () => {
  assert.equal(
    hasLibseccomp("\tlibseccomp.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libseccomp.so.2\n"),
    true,
  );
  assert.equal(hasLibseccomp("\tlibsecret.so.2 (libc6) => /lib/libsecret.so.2\n"), false);
});

test("what stands in for pkg-config names the unpacked headers and libraries", () => {
  const script = renderPkgConfig("/r", "/r/usr/lib/t");
  assert.match(script, /-I\/r\/usr\/include/);
  assert.match(script, /-L\/r\/usr\/lib\/t -lseccomp/);
});
