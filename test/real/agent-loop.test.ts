import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { createLeaseBook } from "../../src/agent/lease-book.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createContainerdDownloads } from "../../src/runtime/containerd-downloads.ts";
import { createContainerdEvents } from "../../src/runtime/containerd-events.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import { createAgentBench } from "../agent/agent-bench.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { type TestNode, useNode } from "./node.ts";
import { waitFor } from "./wait-for.ts";

const withinMs = 60_000;
const bounds = { timeoutMs: 30_000 };
/** From a deletion, or a change of a source, to the call; promised, so the best of some tries has to keep it. */
const repairMs = 100;
const changeMs = 50;

/** The agent's loop on a real containerd, with a source in memory; it syncs so rarely that only events wake it. */
function startLoop(t: TestContext, { socket }: TestNode, syncPeriodMs = 600_000) {
  const bench = createAgentBench();
  const { log } = bench.tools;
  const channel = createChannel({ target: { path: socket } });
  const runtime = createCriRuntime(channel);
  const downloads = createContainerdDownloads(channel, systemClock);
  const pulledMs: number[] = [];
  const pulling = {
    ...runtime,
    pullImage(...call: Parameters<typeof runtime.pullImage>) {
      pulledMs.push(systemClock.nowMs());
      return runtime.pullImage(...call);
    },
  };
  const leases = createLeaseBook(downloads, 600_000, log);
  const done = bench.run(
    {
      runtime,
      pullTools: { ...bench.tools.pullTools, runtime: pulling, leases, clock: systemClock },
      events: createContainerdEvents(channel, { clock: systemClock, random: Math.random, log }),
      clock: systemClock,
    },
    { syncPeriodMs, initialDelayMs: 100 },
  );
  t.after(async () => {
    bench.stop.abort(new Error("the test is over"));
    await done;
    channel.close();
  });
  const isPresent = (ref: string) =>
    waitFor(`${ref} is present`, () => bench.image(ref)?.phase === "present", withinMs);
  return { ...bench, runtime, pulledMs, isPresent };
}

for (const kind of containerdMatrix) {
  describe(`the agent's loop, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("pulls at once what a source asks for, and again what is deleted", async (t) => {
      const loop = startLoop(t, node());
      const changes: number[] = [];
      const repairs: number[] = [];
      const refs: string[] = [];
      for (let tries = 0; tries < 5; tries++) {
        const { ref } = node().publish();
        refs.push(ref);
        loop.pulledMs.length = 0;
        const askedMs = systemClock.nowMs();
        loop.source.set(refs);
        await loop.isPresent(ref);
        changes.push((loop.pulledMs[0] ?? Number.NaN) - askedMs);

        loop.pulledMs.length = 0;
        const deletedMs = systemClock.nowMs();
        await loop.runtime.removeImage(ref, bounds);
        await waitFor("it is pulled again", () => loop.pulledMs.length > 0, withinMs);
        repairs.push((loop.pulledMs[0] ?? Number.NaN) - deletedMs);
        await loop.isPresent(ref);
      }
      t.diagnostic(
        `source to pull: ${changes.map(Math.round)} ms, deletion to pull: ${repairs.map(Math.round)} ms`,
      );
      assert.ok(Math.min(...changes) <= changeMs, `${changes} ms`);
      assert.ok(Math.min(...repairs) <= repairMs, `${repairs} ms`);
    });

    test("lets images flow while the registry hangs for one", async (t) => {
      const stuck = node().publish({ fault: { kind: "hang", on: "any" }, registry: node().elsewhere });
      const loop = startLoop(t, node());
      const others = [node().publish(), node().publish(), node().publish()].map(({ ref }) => ref);
      loop.source.set([stuck.ref, ...others]);
      for (const ref of others) await loop.isPresent(ref);
      assert.equal(loop.image(stuck.ref)?.phase, "pulling");
    });

    test("goes on after the runtime was killed, and hears of deletions again", async (t) => {
      const loop = startLoop(t, node());
      const [before, after] = [node().publish().ref, node().publish().ref];
      loop.source.set([before]);
      await loop.isPresent(before);
      await node().containerd.kill("SIGKILL");
      loop.source.set([before, after]);
      await waitFor("it is noticed", () => loop.statuses.at(-1)?.runtimeError !== undefined, withinMs);
      assert.equal(loop.image(before)?.phase, "present");
      await node().containerd.restart();
      await loop.isPresent(after);
      loop.pulledMs.length = 0;
      await loop.runtime.removeImage(before, bounds);
      await waitFor("it is pulled again", () => loop.pulledMs.length > 0, withinMs);
    });
  });
}
