import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startFakeRuntime } from "../../test/cri/fake-runtime.ts";
import { startFakeApiServer } from "../../test/kube/fake-api-server.ts";
import { waitFor } from "../../test/real/wait-for.ts";
import { systemClock } from "../lib/clock.ts";
import { fleetPath } from "../sources/fleets.ts";
import { StopRequest } from "./context.ts";
import { runCommandLine } from "./run.ts";

const patienceMs = 30_000;

function fleet(name: string, image: string) {
  const template = { spec: { template: { spec: { containers: [{ name: "game", image }] } } } };
  return { metadata: { name, namespace: "default" }, spec: { template } };
}

/** A node with a fake runtime and a cluster, and the agent as the command line runs it. */
async function setup(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "prestow-agent-"));
  const runtime = await startFakeRuntime({ socketPath: join(folder, "cri.sock") });
  const server = await startFakeApiServer({ tls: undefined });
  const kubeconfig = join(folder, "kubeconfig");
  const cluster = { name: "c", cluster: { server: `http://127.0.0.1:${server.port}` } };
  const context = { name: "c", context: { cluster: "c" } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({ "current-context": "c", clusters: [cluster], contexts: [context] }),
  );
  const stop = new AbortController();
  const written = { out: "", err: "" };
  const writeTo = (stream: "out" | "err") => (text: string) => {
    written[stream] += text;
  };
  const ends: Promise<unknown>[] = [];
  t.after(async () => {
    stop.abort(new StopRequest("SIGTERM"));
    await Promise.allSettled(ends);
    await runtime.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const run = (argv: readonly string[], env: Record<string, string> = {}) => {
    const end = runCommandLine(argv, {
      env,
      stdout: { write: writeTo("out"), terminal: undefined },
      stderr: { write: writeTo("err"), terminal: undefined },
      signal: stop.signal,
      clock: systemClock,
      random: () => 0,
    });
    ends.push(end);
    return end;
  };
  const common = [`--kubeconfig=${kubeconfig}`, "--metrics-bind-address=0", `--state-dir=${folder}/state`];
  const pulls = () => runtime.calls("PullImage").map(({ image }) => image);
  const logged = (pattern: RegExp) => waitFor(String(pattern), () => pattern.test(written.err), patienceMs);
  return { folder, runtime, server, stop, written, run, common, pulls, logged };
}

test("pulls what a Fleet uses, says so as the syncer does, and calls a stop success", async (t) => {
  const { runtime, server, stop, run, common, logged } = await setup(t);
  const { id } = runtime.images.publish("registry.example/game:1");
  server.resources.define(fleetPath).set(fleet("simple", "registry.example/game:1"));
  const end = run(["agent", `--cri-socket=${runtime.socketPath}`, ...common]);
  await logged(
    new RegExp(
      `^time="[^"]+" level=info msg="fleet synced" fleet=simple image="registry.example/game:1" ref="${id}"$`,
      "m",
    ),
  );
  stop.abort(new StopRequest("SIGTERM"));
  assert.equal(await end, 0);
});

test("without a subcommand CONN_TARGET makes it the agent, with flags alone", async (t) => {
  const { runtime, server, run, common, logged } = await setup(t);
  runtime.images.publish("registry.example/game:1");
  server.resources.define(fleetPath).set(fleet("simple", "registry.example/game:1"));
  run(["-sync-period=1s", ...common], { CONN_TARGET: `unix://${runtime.socketPath}` });
  await logged(/msg="fleet synced"/);
});

test("a list needs no API server, and is read again as it changes", async (t) => {
  const { folder, runtime, run, pulls, written } = await setup(t);
  for (const name of ["a", "b"]) runtime.images.publish(`registry.example/${name}:1`);
  const list = join(folder, "images.txt");
  writeFileSync(list, "registry.example/a:1\n");
  const flags = [
    "--metrics-bind-address=",
    `--state-dir=${folder}/state`,
    `--cri-socket=${runtime.socketPath}`,
  ];
  run(["agent", `--image-list-file=${list}`, ...flags]);
  await waitFor("the first image is pulled", () => pulls().length === 1, patienceMs);
  assert.doesNotMatch(written.err, /level=warn/);
  writeFileSync(list, "registry.example/a:1\nregistry.example/b:1\n");
  await waitFor("the second is, too", () => pulls().includes("registry.example/b:1"), patienceMs);
});

test("a list goes on without the API server that a node's name would need, which is said", async (t) => {
  const { folder, runtime, run, pulls, logged } = await setup(t);
  runtime.images.publish("registry.example/a:1");
  const list = join(folder, "images.txt");
  writeFileSync(list, "registry.example/a:1\n");
  const flags = [
    "--metrics-bind-address=",
    `--state-dir=${folder}/state`,
    `--cri-socket=${runtime.socketPath}`,
  ];
  run(["agent", `--image-list-file=${list}`, ...flags], { NODE_NAME: "node1" });
  await waitFor("the image is pulled", () => pulls().length === 1, patienceMs);
  await logged(/level=warning msg="no placement, label, taint or event/);
});

test("waits for a runtime that comes up later", async (t) => {
  const { runtime, server, run, common, logged, pulls } = await setup(t);
  runtime.images.publish("registry.example/game:1");
  server.resources.define(fleetPath).set(fleet("simple", "registry.example/game:1"));
  await runtime.stop();
  run(["agent", `--cri-socket=${runtime.socketPath}`, ...common]);
  await logged(/level=warning msg="waiting for the container runtime"/);
  await runtime.start();
  await waitFor("the image is pulled", () => pulls().length === 1, patienceMs);
});

test("a node that the cluster does not show costs the placement alone", async (t) => {
  const { runtime, server, run, common, logged, written } = await setup(t);
  runtime.images.publish("registry.example/game:1");
  server.resources.define(fleetPath).set(fleet("simple", "registry.example/game:1"));
  run(["agent", `--cri-socket=${runtime.socketPath}`, ...common], { NODE_NAME: "node1" });
  await logged(/msg="fleet synced"/);
  assert.doesNotMatch(written.err, /level=error/);
});

const mistakes: Record<string, readonly [readonly string[], RegExp]> = {
  "Docker's socket": [["--cri-socket=/var/run/docker.sock"], /--cri-socket: .*cri-dockerd\.sock/],
  "no cluster": [["--cri-socket=/none.sock", "--source=workloads"], /no API server is known/],
  "a source that is none": [["--source=pods"], /--source: "pods" is not accepted/],
  "the source list without a file": [["--source=list"], /--source: .*--image-list-file/],
  "an argument": [["debian"], /"debian" is no flag, and agent takes flags only/],
  "a startup taint of no node": [
    ["--startup-taint=a/b", "--image-list-file=/x"],
    /--startup-taint: NODE_NAME is not set; .*nodeName/,
  ],
  "a taint with its effect": [["--startup-taint=a/b=c:NoSchedule"], /--startup-taint: .*give "a\/b" alone/],
  "a bad size": [["--max-pinned=lots"], /--max-pinned: "lots"/],
  "a bad taint": [["--startup-taint=a b"], /--startup-taint: "a b"/],
  "a bad selector": [["--selector=(("], /--selector: /],
  "a bad address": [["--metrics-bind-address=8095"], /--metrics-bind-address: /],
};
for (const [name, [argv, line]] of Object.entries(mistakes)) {
  test(`answers ${name} with one line and status 2`, async (t) => {
    const { run, written } = await setup(t);
    assert.equal(await run(["agent", ...argv]), 2);
    assert.match(written.err, line);
    assert.equal(written.err.trimEnd().split("\n").length, 1);
  });
}

test("unpin needs --all", async (t) => {
  const { run, written } = await setup(t);
  assert.equal(await run(["unpin"]), 2);
  assert.match(written.err, /^prestow: --all: /);
});

test("unpin finds nothing to do where the runtime has no pins", async (t) => {
  const { run, runtime } = await setup(t);
  assert.equal(await run(["unpin", "--all", `--cri-socket=${runtime.socketPath}`]), 0);
});

test("unpin takes the node's label away, also where there is no runtime any more", async (t) => {
  const { run, server, folder, common } = await setup(t);
  server.nodes.set("node1", { "prestow.dev/images": "ready", other: "stays" });
  const flags = ["--all", `--cri-socket=${folder}/none.sock`, "--runtime-timeout=10ms"];
  const label = ["--node-label=prestow.dev/images", ...common.slice(0, 1)];
  assert.equal(await run(["unpin", ...flags, ...label], { NODE_NAME: "node1" }), 3);
  assert.deepEqual(server.nodes.get("node1"), { other: "stays" });
});

const labelMistakes: Record<string, readonly [readonly string[], Record<string, string>, RegExp]> = {
  "without the node's name": [[], {}, /--node-label: it needs NODE_NAME/],
  "with a kubeconfig that is not there": [
    ["--kubeconfig=/none"],
    { NODE_NAME: "node1" },
    /\/none: cannot be/,
  ],
};
for (const [name, [argv, env, line]] of Object.entries(labelMistakes)) {
  test(`answers unpin of a label ${name} with one line and status 2`, async (t) => {
    const { run, folder, written, common } = await setup(t);
    const runtime = [`--cri-socket=${folder}/none.sock`, "--runtime-timeout=10ms"];
    const flags = ["--all", ...runtime, "--node-label=a/b", ...common.slice(0, 1), ...argv];
    assert.equal(await run(["unpin", ...flags], env), 2);
    assert.match(written.err, line);
    assert.equal(written.err.trimEnd().split("\n").length, 1);
  });
}
