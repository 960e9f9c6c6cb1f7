import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type FakeRuntime, startFakeRuntime } from "../cri/fake-runtime.ts";
import { canary } from "./clean-output.ts";
import { assertPulled, fetchArgs, readFetch, runFetch } from "./fetch.ts";
import { startPrestow } from "./prestow.ts";
import { waitFor } from "./wait-for.ts";

// What a real containerd cannot be made to show: another runtime, its counters, a list of many megabytes.

describe("on a runtime that is not containerd", () => {
  let folder = "";
  let runtime: FakeRuntime;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "prestow-f-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    runtime = await startFakeRuntime({ socketPath: join(folder, "cri.sock") });
  });
  afterEach(() => runtime.close());

  function publish(count: number): string[] {
    const refs = Array.from({ length: count }, (_, index) => `registry.example/app-${index}:v1`);
    for (const ref of refs) runtime.images.publish(ref);
    return refs;
  }

  test("images are pulled without leases, and no progress is made up", async () => {
    const refs = publish(2);
    runtime.behave({ on: "PullImage", kind: "delay", delayMs: 300 });
    const run = await runFetch(runtime.socketPath, refs, { debug: "true", "stall-timeout": "100ms" });
    for (const ref of refs) assertPulled(run, ref);
    assert.notEqual(run.output.runtime.name, "containerd");
    for (const { leaseId } of runtime.calls()) assert.equal(leaseId, undefined);
    assert.doesNotMatch(run.stderr, /downloadedBytes|lease/);
  });

  test("a list of more than 4 MiB is read, and what it holds is not pulled", async () => {
    runtime.fillList(5 * 1024 * 1024);
    const held = runtime.images.list()[7]?.repoTags[0] ?? "";
    const [ref = ""] = publish(1);
    const run = await runFetch(runtime.socketPath, [held, ref]);
    assert.equal(run.image(held).outcome, "present");
    assertPulled(run, ref);
    assert.equal(runtime.calls("PullImage").length, 1);
  });

  for (const parallel of [1, 3]) {
    test(`never more than --max-parallel=${parallel} pulls run at once`, async () => {
      const refs = publish(8);
      runtime.behave({ on: "PullImage", kind: "delay", delayMs: 50 });
      const run = await runFetch(runtime.socketPath, refs, { "max-parallel": `${parallel}` });
      assert.equal(run.code, 0);
      assert.equal(runtime.maxConcurrentPulls(), parallel);
    });
  }

  test("an image that waits for its next attempt holds no slot", async () => {
    const refs = publish(3);
    const [first = ""] = refs;
    const message = "503 Service Unavailable";
    runtime.behave({ on: "PullImage", image: first, times: 1, kind: "error", code: "UNKNOWN", message });
    const run = await runFetch(runtime.socketPath, refs, {
      "max-parallel": "1",
      "initial-pull-attempt-delay": "1s",
    });
    assert.equal(run.code, 0);
    const order = runtime.calls("PullImage").map(({ image }) => refs.indexOf(image ?? ""));
    assert.deepEqual(order, [0, 1, 2, 0]);
  });

  test("a list call that hangs is given up, and the images are pulled", async () => {
    const [ref = ""] = publish(1);
    runtime.behave({ on: "ListImages", kind: "hang" });
    const run = await runFetch(runtime.socketPath, [ref], { "image-list-timeout": "300ms" });
    assertPulled(run, ref);
    assert.equal(run.code, 0);
  });

  test("a pull that hangs ends as timeout, and others go on", async () => {
    const [hung = "", ref = ""] = publish(2);
    runtime.behave({ on: "PullImage", image: hung, kind: "hang" });
    const flags = { "initial-pull-attempt-timeout": "500ms", "overall-timeout": "2s", "max-parallel": "1" };
    const run = await runFetch(runtime.socketPath, [hung, ref], flags, { withinMs: 4000 });
    assert.equal(run.image(hung).error?.kind, "timeout");
    assertPulled(run, ref);
    assert.equal(run.code, 1);
  });

  test("a registry token reaches the runtime, and no output", async () => {
    const [ref = ""] = publish(1);
    const config = join(folder, "config.json");
    const auths = { "registry.example": { registrytoken: canary } };
    await writeFile(config, JSON.stringify({ auths }));
    const run = await runFetch(runtime.socketPath, [ref], { "docker-config": config, debug: "true" });
    assertPulled(run, ref);
    assert.equal(runtime.calls("PullImage")[0]?.auth?.registryToken, canary);
    assert.equal(runtime.calls("PullImage")[0]?.auth?.serverAddress, "https://registry.example");
  });

  test("SIGTERM cancels the call that is under way", async () => {
    const [ref = ""] = publish(1);
    runtime.behave({ on: "PullImage", kind: "hang" });
    const running = startPrestow(fetchArgs(runtime.socketPath, [ref]));
    await waitFor("the pull runs", () => runtime.calls("PullImage").length === 1);
    running.kill("SIGTERM");
    assert.equal(readFetch(await running.ended).code, 143);
    const cancelled = () => runtime.calls("PullImage")[0]?.outcome === "cancelled";
    await waitFor("the runtime hears of it", cancelled);
  });
});
