import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { waitFor } from "../../test/real/wait-for.ts";
import { compileLauncher } from "./launcher.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-install-"));
const launcher = join(folder, "prestow");
const kip = join(folder, "kip");
const copy = join(kip, "sleep");

before(async () => {
  mkdirSync(kip);
  await compileLauncher({ environment: process.env, output: launcher, nodes: ["/nonexistent/node"] });
});
after(() => rmSync(folder, { recursive: true }));

function install(path: string) {
  // The strictest umask that a runtime might set.
  return spawnSync("sh", ["-c", 'umask 077; exec "$0" install "$1"', launcher, path], { encoding: "utf8" });
}

function isAsleep(pid: number): boolean {
  return readFileSync(`/proc/${pid}/status`, "utf8").includes("S (sleeping)");
}

test("install copies the program whole, for every user to run, and leaves nothing else", () => {
  assert.deepEqual({ ...pickResult(install(copy)) }, { status: 0, stderr: "" });
  assert.ok(readFileSync(copy).equals(readFileSync(launcher)));
  assert.equal(statSync(copy).mode & 0o777, 0o755);
  assert.deepEqual(readdirSync(kip), ["sleep"]);
});

test("the copy waits as sleep does, is replaced while it runs, and ends with 0", async () => {
  install(copy);
  const child = spawn(copy, ["720h"], { stdio: "ignore" });
  const exited = once(child, "exit");
  try {
    await waitFor("it sleeps", () => isAsleep(child.pid ?? 0), 10_000);
    assert.equal(install(copy).status, 0);
  } finally {
    child.kill("SIGTERM");
  }
  assert.deepEqual(await exited, [0, null]);
});

test("a place that cannot be written to is said with the reason", () => {
  const { status, stderr } = install(join(folder, "missing", "sleep"));
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^prestow: cannot install the program as .*missing\/sleep: No such file or directory\n$/,
  );
});

test("install without a place is for Node.js to answer", () => {
  const { status, stderr } = spawnSync(launcher, ["install"], { encoding: "utf8" });
  assert.equal(status, 127);
  assert.match(stderr, /cannot start Node\.js/);
});

test("DEPLOYMENT_NAME means hold, which is not in the agent's bundle, whatever else is set", async () => {
  const program = join(folder, "with-bundles");
  const [bundle, agentBundle] = ["all", "agent"].map((name) => join(folder, `${name}.cjs`));
  assert.ok(bundle !== undefined && agentBundle !== undefined);
  for (const path of [bundle, agentBundle]) writeFileSync(path, "process.stdout.write(__filename)");
  const environment = process.env;
  await compileLauncher({ environment, output: program, nodes: [process.execPath], bundle, agentBundle });
  const run = (env: Record<string, string>) => spawnSync(program, [], { encoding: "utf8", env }).stdout;
  const CONN_TARGET = "unix:///run/runtime/cri.sock";
  assert.equal(run({ DEPLOYMENT_NAME: "puller", CONN_TARGET }), bundle);
  assert.equal(run({ DEPLOYMENT_NAME: "", CONN_TARGET }), agentBundle);
});

function pickResult({ status, stderr }: ReturnType<typeof install>) {
  return { status, stderr };
}
