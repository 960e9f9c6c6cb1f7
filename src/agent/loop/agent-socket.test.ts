import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createAgentBench } from "../../../test/agent/agent-bench.ts";
import { startFakeRuntime } from "../../../test/cri/fake-runtime.ts";
import { systemClock } from "../../lib/clock.ts";
import { createChannel } from "../../lib/grpc/channel.ts";
import { createCriRuntime } from "../../runtime/cri.ts";

/** Where nothing is promised: the machine may be busy. */
const patienceMs = 30_000;

async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > endMs) assert.fail(`${what}: not within ${patienceMs} ms`);
    await systemClock.sleep(2);
  }
}

/** An agent that speaks to a runtime on a socket; `restart` is a new process after a kill. */
async function createBench(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "prestow-agent-"));
  const socketPath = join(folder, "cri.sock");
  const fake = await startFakeRuntime({ socketPath });
  const ends: (() => Promise<void>)[] = [];
  const start = () => {
    const channel = createChannel({ target: { path: socketPath } });
    const runtime = createCriRuntime(channel);
    const bench = createAgentBench();
    const pullTools = { ...bench.tools.pullTools, runtime, clock: systemClock };
    const settings = { syncPeriodMs: 200, initialDelayMs: 20, maxDelayMs: 200 };
    const done = bench.run({ runtime, pullTools, clock: systemClock }, settings);
    ends.push(async () => {
      bench.stop.abort(new Error("stop"));
      await done;
      channel.close();
    });
    return bench;
  };
  t.after(async () => {
    await Promise.all(ends.map((end) => end()));
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { fake, start };
}

test("brings the images onto the node and repairs what is deleted, as the events say", async (t) => {
  const { fake, start } = await createBench(t);
  fake.images.publish("docker.io/library/a:1");
  const { source, image, tell } = start();
  source.set(["a:1"]);
  await waitFor("present", () => image("a:1")?.phase === "present");
  fake.images.remove("docker.io/library/a:1");
  tell()?.onEvent({ type: "deleted", name: "docker.io/library/a:1" });
  await waitFor("pulled again", () => fake.calls("PullImage").length === 2);
});

test("goes on after each of several restarts of the runtime", async (t) => {
  const { fake, start } = await createBench(t);
  const { source, image, statuses } = start();
  for (const name of ["a:1", "b:1", "c:1"]) {
    fake.images.publish(name);
    await fake.stop();
    source.set([name]);
    await waitFor("noticed", () => statuses.at(-1)?.runtimeError !== undefined);
    await fake.start();
    await waitFor("present", () => image(name)?.phase === "present");
  }
});

test("converges when it is killed in the middle of pulls and started again", async (t) => {
  const { fake, start } = await createBench(t);
  const names = Array.from({ length: 10 }, (_, index) => `img-${index}:1`);
  for (const name of names) fake.images.publish(name);
  fake.behave({ kind: "delay", on: "PullImage", delayMs: 30 });
  for (let kill = 0; kill < 4; kill++) {
    const { source, stop, statuses } = start();
    source.set(names);
    const presentCount = () => statuses.at(-1)?.images.filter(({ phase }) => phase === "present").length ?? 0;
    const before = Math.min(names.length, kill * 2);
    await waitFor("some are present", () => presentCount() > before);
    stop.abort(new Error("killed"));
  }
  const { source, image } = start();
  source.set(names);
  await waitFor("all are present", () => names.every((name) => image(name)?.phase === "present"));
  assert.ok(fake.images.list().length === names.length);
});
