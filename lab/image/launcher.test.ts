import assert from "node:assert/strict";
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { waitFor } from "../../test/real/wait-for.ts";
import { compileLauncher } from "./launcher.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-launcher-"));
const launcher = join(folder, "prestow");
const bundle = join(folder, "bundle.cjs");
const agentBundle = join(folder, "agent.cjs");
const script = `const { TOLD: env, MALLOC_ARENA_MAX: arenas, UV_THREADPOOL_SIZE: threads } = process.env;
const [file, ...args] = process.argv.slice(1);
const bundle = require("node:path").basename(file);
process.stdout.write(JSON.stringify({ bundle, args, flags: process.execArgv, env, arenas, threads }));
process.exitCode = 42;`;

const started: ChildProcess[] = [];

before(async () => {
  for (const path of [bundle, agentBundle]) writeFileSync(path, script);
  await compile(launcher, ["/nonexistent/node", process.execPath]);
});
after(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function compile(output: string, nodes: readonly string[]): Promise<void> {
  return compileLauncher({ environment: process.env, output, nodes, bundle, agentBundle });
}

/** It ignores SIGCHLD once it has blocked what ends it; from then on no signal is lost. */
function isWaiting(pid: number): boolean {
  const ignored = /^SigIgn:\s+(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${ignored}`) & 0x10000n) !== 0n;
}

function start(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(program, args, { stdio: "ignore", ...options });
  started.push(child);
  return child;
}

/** Starts a command as process 1 of a process namespace; the function tells its process id as seen from here. */
async function startAsFirst(command: readonly string[], options: SpawnOptions = {}) {
  const namespaces = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
  const child = start("unshare", [...namespaces, ...command], options);
  const inside = () => childrenOf(child.pid ?? 0)[0] ?? 0;
  await waitFor("process 1 waits", () => inside() !== 0 && isWaiting(inside()), 2_000);
  return { child, pid: inside() };
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return list === "" ? [] : list.split(" ").map(Number);
}

async function startWaiting(args: readonly string[], options: SpawnOptions = {}): Promise<ChildProcess> {
  const child = start(launcher, args, options);
  await waitFor("the launcher waits", () => isWaiting(child.pid ?? 0), 2_000);
  return child;
}

async function assertStops(child: ChildProcess, send: () => void): Promise<void> {
  const late = setTimeout(() => child.kill("SIGKILL"), 1_000);
  const exited = once(child, "exit");
  send();
  assert.deepEqual(await exited, [0, null]);
  clearTimeout(late);
}

async function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { stdout, stderr, code };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`sleep ends with 0 within a second of ${signal}`, async () => {
    const child = await startWaiting(["sleep"]);
    await assertStops(child, () => child.kill(signal));
  });

  test(`sleep ends with 0 within a second of ${signal} as process 1 of a container`, async () => {
    const { child, pid } = await startAsFirst([launcher, "sleep"]);
    await assertStops(child, () => process.kill(pid, signal));
  });
}

test("what waits has less than a megabyte in memory", async () => {
  const child = await startWaiting(["sleep"]);
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const residentKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  await assertStops(child, () => child.kill());
  assert.ok(residentKib > 0 && residentKib < 1_000, `${residentKib} KiB`);
});

const waits: [string, string[], SpawnOptions?][] = [
  ["pause", ["pause"]],
  ["sleep with arguments", ["sleep", "--debug", "720h"]],
  ["a copy that is named sleep", ["720h"], { argv0: "/kip/sleep" }],
];
for (const [what, args, options] of waits) {
  test(`${what} waits as well`, async () => {
    const child = await startWaiting(args, options);
    await assertStops(child, () => child.kill());
  });
}

test("as process 1 it leaves no zombie of what is orphaned to it", async () => {
  const command = `(cat <&3 >/dev/null &); exec "$0" sleep`;
  const { child, pid } = await startAsFirst(["sh", "-c", command, launcher], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  await waitFor("it has taken in the orphan", () => childrenOf(pid).length === 1, 2_000);
  child.stdio[3]?.destroy();
  await waitFor("the orphan is gone", () => childrenOf(pid).length === 0, 1_000);
  await assertStops(child, () => process.kill(pid, "SIGTERM"));
});

const passed: [string, string[]][] = [
  ["a subcommand and its arguments", ["fetch", "--debug", "", "a b", "--", "sleep"]],
  ["no arguments at all", []],
  ["a question about sleep", ["sleep", "--help"]],
];
for (const [what, args] of passed) {
  test(`${what}: Node.js gets them and the environment, and its exit status is the launcher's`, async () => {
    const { stdout, stderr, code } = await run(launcher, args, { TOLD: "yes" });
    const flags = ["--max-semi-space-size=1"];
    assert.deepEqual(JSON.parse(stdout), { bundle: "bundle.cjs", args, flags, env: "yes" });
    assert.equal(stderr, "");
    assert.equal(code, 42);
  });
}

const target = { CONN_TARGET: "unix:///run/runtime/cri.sock" };
const agents: [string, string[], Record<string, string>][] = [
  ["agent", ["agent", "--pin"], {}],
  ["flags alone, with CONN_TARGET", ["--sync-period=5s"], target],
  ["nothing, with CONN_TARGET", [], target],
];
for (const [what, args, env] of agents) {
  test(`${what}: Node.js is made lean and gets the agent's bundle`, async () => {
    const { stdout } = await run(launcher, args, env);
    const { flags, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, { bundle: "agent.cjs", args, arenas: "1", threads: "1" });
    assert.ok(flags.includes("--max-semi-space-size=1"));
  });
}

for (const args of [["fetch"], ["--help"], ["--version"], ["agents"]]) {
  test(`${args}: is not for the agent's bundle, although there is CONN_TARGET`, async () => {
    const { stdout } = await run(launcher, args, target);
    assert.equal(JSON.parse(stdout).bundle, "bundle.cjs");
  });
}

test("an empty CONN_TARGET is none", async () => {
  const { stdout } = await run(launcher, [], { CONN_TARGET: "" });
  assert.equal(JSON.parse(stdout).bundle, "bundle.cjs");
});

test("the agent keeps the settings that somebody made for it", async () => {
  const { stdout } = await run(launcher, ["agent"], { UV_THREADPOOL_SIZE: "4", MALLOC_ARENA_MAX: "2" });
  const { arenas, threads } = JSON.parse(stdout);
  assert.deepEqual({ arenas, threads }, { arenas: "2", threads: "4" });
});

test("without Node.js it says where it looked and exits with 127", async () => {
  const program = join(folder, "without-node");
  await compile(program, ["/nonexistent/a", "/nonexistent/b"]);
  const { stderr, code } = await run(program, ["fetch"]);
  assert.match(
    stderr,
    /^prestow: cannot start Node\.js from .*\/nonexistent\/a.*\/nonexistent\/b.*: No such file/,
  );
  assert.equal(code, 127);
});

test("a Node.js that cannot be executed is said with the reason, and the exit status is 126", async () => {
  const [program, node] = [join(folder, "with-bad-node"), join(folder, "bad-node")];
  writeFileSync(node, "");
  chmodSync(node, 0o600);
  await compile(program, [node, process.execPath]);
  const { stderr, code } = await run(program, ["fetch"]);
  assert.match(stderr, /bad-node.*: Permission denied/);
  assert.equal(code, 126);
});

test("a machine without a C compiler is told what to install", async () => {
  const options = { environment: { PATH: "/nonexistent" }, output: join(folder, "never") };
  await assert.rejects(compileLauncher(options), /no gcc on PATH: install gcc/);
});
