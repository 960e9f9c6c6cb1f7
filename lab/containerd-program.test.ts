import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkSocketPath } from "./containerd.ts";
import {
  containerdCommand,
  containerdEnvironment,
  parseContainerdMajor,
  programEnvironment,
} from "./containerd-program.ts";

const versions: Record<string, number> = {
  "containerd github.com/containerd/containerd/v2 2.4.2+unknown \n": 2,
  "containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n": 1,
  "containerd github.com/containerd/containerd v1.7.0 1fbd70374134b891f97ce19c70b6e50c7b9f4e0d\n": 1,
  "containerd github.com/containerd/containerd/v2 v2.0.0-rc.1 abc\n": 2,
};

for (const [text, major] of Object.entries(versions)) {
  test(`the major version of "${text.trim()}" is ${major}`, () =>
    assert.equal(parseContainerdMajor(text), major));
}

test("a containerd without CRI v1, or one that says no version, is refused", () => {
  assert.throws(
    () => parseContainerdMajor("containerd github.com/containerd/containerd 1.5.9 x\n"),
    /1\.5 is too old/,
  );
  assert.throws(() => parseContainerdMajor("hello\n"), /no version/);
});

const options = { binDir: "/b", stateDir: "/s", plainHttpRegistries: [] };

test("containerd gets no variable of ours, so no proxy, and Go's own resolver", () => {
  assert.deepEqual(Object.keys(containerdEnvironment(options)).sort(), ["GODEBUG", "PATH", "TMPDIR"]);
  assert.match(containerdEnvironment(options)["PATH"] ?? "", /^\/b:/);
});

test("libraries unpacked beside containerd are found, the system's own need no saying", () => {
  const root = mkdtempSync(join(tmpdir(), "prestow-lib-"));
  after(() => rmSync(root, { recursive: true }));
  const libraries = join(root, "lib", "x86_64-linux-gnu");
  mkdirSync(libraries, { recursive: true });
  assert.equal(programEnvironment(join(root, "bin"))["LD_LIBRARY_PATH"], libraries);
  assert.equal(programEnvironment("/usr/bin")["LD_LIBRARY_PATH"], undefined);
});

test("containerd is started in a private mount namespace, its store on a tmpfs where that is asked for", () => {
  const command = containerdCommand({ ...options, rootTmpfsBytes: 12 });
  assert.deepEqual(command.slice(0, 5), ["unshare", "--mount", "--propagation", "private", "--"]);
  assert.deepEqual(command.slice(-5), ["/s/root", "12", "/b/containerd", "--config", "/s/config.toml"]);
  assert.ok(containerdCommand(options).includes("0"));
});

test("a socket path that is too long for Linux is refused by name", () => {
  checkSocketPath("/".padEnd(101, "x"));
  assert.throws(() => checkSocketPath("/".padEnd(102, "x")), { name: "ConfigError", message: /108 bytes/ });
});
