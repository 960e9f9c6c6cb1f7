import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cgroupProcsFiles, listCgroupPids } from "../../lab/cluster/cgroups.ts";
import { readProcessIdentity } from "../../lab/process.ts";
import { runCommand } from "../../lab/run-command.ts";
import { type LabState, readLabState } from "../../lab/state.ts";
import { eventually } from "./lab.ts";

const base = mkdtempSync(join(tmpdir(), "plab-"));
const folder = join(base, "lab");
const environment = { ...process.env, PRESTOW_LAB_STATE: folder };

function runLab(entry: string, ...args: string[]): Promise<string> {
  return runCommand([join(import.meta.dirname, "../../lab", entry), ...args], { environment });
}

after(async () => {
  await runLab("down");
  rmSync(base, { recursive: true });
});

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // The process ended while we looked.
  }
}

function networkOf(pid: number): string {
  return readLink(`/proc/${pid}/ns/net`);
}

/** The processes whose network namespace is one of the given. */
function listInNetworks(networks: ReadonlySet<string>): number[] {
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => networks.has(networkOf(pid)));
}

/** Ends the containerd of a node by force, so that its containers and their shims are nobody's. */
function killContainerd(state: LabState): void {
  const containerd = state.processes.find(({ name }) => name === "containerd-node1");
  assert.ok(containerd);
  process.kill(containerd.pid, "SIGKILL");
}

test("a cluster that is taken down leaves no process, mount, namespace, cgroup or file, even without its containerd", async () => {
  const mountsBefore = readFileSync("/proc/self/mountinfo", "utf8");
  const up = ["--cluster", "--nodes=1", "--image-bytes=4096"];
  assert.match(await runLab("up", ...up), /^The lab is up:/);
  assert.match(await runLab("up", ...up), /^The lab is up already:/);
  const pause = `${readLabState(folder)?.endpoints?.registry}/lab/pause:1`;
  await runLab("exec", "kubectl", "run", "pause", `--image=${pause}`);
  await runLab("exec", "kubectl", "wait", "--for=condition=Ready", "pod/pause", "--timeout=60s");
  assert.equal(readFileSync("/proc/self/mountinfo", "utf8"), mountsBefore);

  const state = readLabState(folder);
  assert.ok(state?.cgroup);
  const pids = [...state.processes.map(({ pid }) => pid), ...listCgroupPids(state.cgroup)];
  const networks = new Set(pids.map(networkOf));
  networks.delete(networkOf(process.pid));
  assert.equal(networks.size, 3, "the hub's, the node's and the pod's");
  killContainerd(state);
  assert.match(await runLab("down"), /^The lab is down/);

  assert.deepEqual(
    pids.filter((pid) => readProcessIdentity(pid) !== undefined),
    [],
  );
  // A process that was killed holds its namespaces until the kernel is done with it.
  await eventually(async () => assert.deepEqual(listInNetworks(networks), []), 5_000);
  assert.deepEqual(cgroupProcsFiles(state.cgroup).filter(existsSync), []);
  assert.equal(readFileSync("/proc/self/mountinfo", "utf8"), mountsBefore);
  assert.equal(existsSync(folder), false);
});

test("a start that is broken off leaves nothing either", async () => {
  const mountsBefore = readFileSync("/proc/self/mountinfo", "utf8");
  const stop = new AbortController();
  const command = [join(import.meta.dirname, "../../lab/up"), "--cluster", "--nodes=1"] as const;
  const up = runCommand([...command], { environment, signal: stop.signal });
  const state = await eventually(async () => {
    const state = readLabState(folder);
    assert.ok(state);
    assert.ok(state.processes.some(({ name }) => name === "kubelet-node1"));
    return state;
  }, 60_000);
  stop.abort();
  await assert.rejects(up);
  const running = () => state.processes.filter(({ pid }) => readProcessIdentity(pid) !== undefined);
  await eventually(async () => {
    assert.deepEqual(running(), []);
    assert.equal(existsSync(folder), false);
  });
  assert.deepEqual(cgroupProcsFiles(state.cgroup ?? "/").filter(existsSync), []);
  assert.equal(readFileSync("/proc/self/mountinfo", "utf8"), mountsBefore);
});
