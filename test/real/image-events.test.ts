import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { buildImage } from "../../lab/images/build.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createContainerdEvents } from "../../src/runtime/containerd-events.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import type { ImageEvent } from "../../src/runtime/image-events.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { createFront } from "../cri/front.ts";
import { useNode } from "./node.ts";
import { waitFor } from "./wait-for.ts";

const bounds = { timeoutMs: 30_000 };
const withinMs = 60_000;

/** Hears the events of the containerd behind a socket until the test has ended. */
function listen(
  t: TestContext,
  path: string,
  probe: { probeEveryMs?: number; probeTimeoutMs?: number } = {},
) {
  const stop = new AbortController();
  const channel = createChannel({ target: { path } });
  const heard: ImageEvent[] = [];
  const lost: Error[] = [];
  let connected = 0;
  const options = { clock: systemClock, random: Math.random, log: { debug: () => {} }, ...probe };
  const running = createContainerdEvents(channel, options).run(
    {
      onEvent: (event) => void heard.push(event),
      onConnected() {
        connected += 1;
      },
      onLost: (error) => void lost.push(error),
    },
    stop.signal,
  );
  t.after(async () => {
    stop.abort();
    await running;
    channel.close();
  });
  const has = (type: ImageEvent["type"], name: string) =>
    heard.some((event) => event.type === type && event.name === name);
  return {
    lost,
    runtime: createCriRuntime(channel),
    connections: () => connected,
    connects: (times: number) => waitFor(`connection ${times}`, () => connected >= times, withinMs),
    hears: (type: ImageEvent["type"], name: string) =>
      waitFor(`${type} ${name}`, () => has(type, name), withinMs),
    forget: () => heard.splice(0),
  };
}

for (const kind of containerdMatrix) {
  describe(`events of images, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("tell that an image was pulled, and that it was removed, by its tag and by its image id", async (t) => {
      const { runtime, ...events } = listen(t, node().socket);
      await events.connects(1);
      const image = node().publish();
      await runtime.pullImage({ image: image.ref }, bounds);
      const id = (await runtime.imageStatus(image.ref, bounds))?.id ?? "";
      await events.hears("created", image.ref);
      await events.hears("created", id);
      await runtime.removeImage(image.ref, bounds);
      await events.hears("deleted", image.ref);
      await events.hears("deleted", id);
    });

    test("tell that a tag has moved", async (t) => {
      const { runtime, ...events } = listen(t, node().socket);
      await events.connects(1);
      const image = node().publish();
      await runtime.pullImage({ image: image.ref }, bounds);
      await events.hears("created", image.ref);
      events.forget();
      const moved = buildImage({ layers: [{ seed: `${image.repository} moved`, sizeBytes: 1000 }] });
      node().registry.add(image.repository, "v1", moved);
      await runtime.pullImage({ image: image.ref }, bounds);
      await events.hears("updated", image.ref);
    });

    test("are heard again after containerd was killed and has come back", async (t) => {
      const { runtime, ...events } = listen(t, node().socket);
      await events.connects(1);
      await node().containerd.kill("SIGKILL");
      await waitFor("the loss is told", () => events.lost.length > 0, withinMs);
      await node().containerd.restart();
      await events.connects(2);
      assert.equal(events.lost.length, 1);
      const image = node().publish();
      await runtime.pullImage({ image: image.ref }, bounds);
      await events.hears("created", image.ref);
    });

    test("are heard again after containerd stood still, which its connection does not show", async (t) => {
      const { runtime, ...events } = listen(t, node().socket, { probeEveryMs: 200, probeTimeoutMs: 1000 });
      await events.connects(1);
      await node().containerd.kill("SIGSTOP");
      await waitFor("the loss is told", () => events.lost.length > 0, withinMs);
      await node().containerd.kill("SIGCONT");
      await events.connects(2);
      const image = node().publish();
      await runtime.pullImage({ image: image.ref }, bounds);
      await events.hears("created", image.ref);
    });

    test("keep one connection for as long as containerd lives, however often it is probed", async (t) => {
      const socket = `${node().socket}.front`;
      const front = createFront(socket, node().socket);
      await front.listen();
      t.after(() => front.stop());
      const events = listen(t, socket, { probeEveryMs: 10, probeTimeoutMs: 30_000 });
      await events.connects(1);
      await systemClock.sleep(1500);
      assert.deepEqual([events.connections(), events.lost], [1, []]);
      front.dropConnections();
      await events.connects(2);
    });
  });
}
