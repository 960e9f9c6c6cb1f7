import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createManualClock, type ManualClock } from "../../test/clock/manual-clock.ts";
import { type FakeLeaseServer, startFakeLeaseServer } from "../../test/kube/fake-lease-server.ts";
import { createLogger } from "../lib/log.ts";
import { createKubeClient } from "./client.ts";
import { createLeader } from "./lease.ts";

interface Bench {
  readonly server: FakeLeaseServer;
  readonly lines: string[];
  /** Starts a replica with a clock of its own. */
  start(identity: string, dateMs?: number): Replica;
}

interface Replica {
  readonly clock: ManualClock;
  isLeader(): boolean;
  /** What `onChange` was told. */
  readonly told: boolean[];
  /** Waits until it is asleep, lets so much time pass, and waits until it is asleep again. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
  /** Ends without a word, as a killed process does. */
  kill(): void;
}

async function createBench(context: TestContext): Promise<Bench> {
  const server = await startFakeLeaseServer();
  const lines: string[] = [];
  const stops: (() => void)[] = [];
  context.after(async () => {
    for (const stop of stops) stop();
    await server.close();
  });
  const start = (identity: string, dateMs = 0): Replica => {
    const manual = createManualClock();
    const clock = { ...manual, dateMs: () => dateMs + manual.nowMs() };
    const config = { server: server.url, tls: {}, token: undefined };
    const client = createKubeClient({ config, userAgent: "prestow/test", clock });
    const log = createLogger({ level: "info", format: "text", clock, write: (line) => lines.push(line) });
    const leader = createLeader({
      ...{ client, namespace: "ns", name: "hold", identity, clock, log },
      random: () => 0.5,
    });
    const stopping = new AbortController();
    const told: boolean[] = [];
    let isOver = false;
    const running = leader
      .run((is) => told.push(is), stopping.signal)
      .finally(() => {
        isOver = true;
      });
    stops.push(() => {
      stopping.abort();
      client.close();
    });
    const asleep = async () => {
      const endMs = performance.now() + 10_000;
      while (manual.sleepers() === 0 && !isOver) {
        assert.ok(performance.now() < endMs, "the replica does not come to rest");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    return {
      clock: manual,
      isLeader: leader.isLeader,
      told,
      async pass(ms) {
        for (let leftMs = ms; leftMs > 0; leftMs -= 1000) {
          await asleep();
          await manual.advance(Math.min(leftMs, 1000));
        }
        await asleep();
      },
      async stop() {
        stopping.abort();
        await running;
      },
      kill: () => client.close(),
    };
  };
  return { server, lines, start };
}

test("creates the lease, leads, and renews it every five seconds", async (context) => {
  const { server, start } = await createBench(context);
  const replica = start("a");
  await replica.pass(1);
  assert.equal(replica.isLeader(), true);
  assert.equal(server.spec("holderIdentity"), "a");
  assert.equal(server.spec("leaseDurationSeconds"), 15);
  assert.match(String(server.spec("renewTime")), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  await replica.pass(20_000);
  assert.equal(server.requests().filter((method) => method === "PUT").length, 4);
  assert.equal(server.spec("leaseTransitions"), 0);
  assert.deepEqual(replica.told, [true]);
});

test("a second replica waits, and takes over at once when the first one gives up", async (context) => {
  const { server, lines, start } = await createBench(context);
  const first = start("a");
  await first.pass(1);
  const second = start("b");
  await second.pass(5000);
  assert.deepEqual([first.isLeader(), second.isLeader()], [true, false]);
  assert.equal(lines.filter((line) => line.includes("another replica leads holder=a")).length, 1);
  await first.stop();
  assert.deepEqual([first.isLeader(), first.told], [false, [true, false]]);
  assert.equal(server.spec("holderIdentity"), "");
  await second.pass(3000);
  assert.equal(second.isLeader(), true);
  assert.equal(server.spec("leaseTransitions"), 1);
});

test("takes over from a replica that is gone after fifteen seconds, whatever the clocks say", async (context) => {
  const hourMs = 3_600_000;
  for (const skewMs of [-hourMs, 0, hourMs]) {
    const { server, start } = await createBench(context);
    const second = start("b", Date.UTC(2030, 0) + skewMs);
    server.edit({ holderIdentity: "" });
    const gone = new Date(Date.UTC(2030, 0)).toISOString();
    server.edit({ holderIdentity: "a", renewTime: gone, leaseDurationSeconds: 15 });
    await second.pass(14_000);
    assert.equal(second.isLeader(), false);
    await second.pass(6000);
    assert.equal(second.isLeader(), true);
  }
});

test("waits on while the holder renews", async (context) => {
  const { server, start } = await createBench(context);
  server.edit({ holderIdentity: "a", renewTime: "0" });
  const second = start("b");
  for (let count = 1; count <= 8; count += 1) {
    await second.pass(5000);
    server.edit({ renewTime: String(count) });
  }
  assert.equal(second.isLeader(), false);
});

test("leads no more ten seconds after its last renewal, though nobody tells it so", async (context) => {
  const { server, start } = await createBench(context);
  const replica = start("a");
  await replica.pass(1000);
  server.fail(503);
  await replica.pass(8000);
  assert.equal(replica.isLeader(), true);
  await replica.pass(3000);
  assert.equal(replica.isLeader(), false);
  server.fail(undefined);
  await replica.pass(3000);
  assert.deepEqual(replica.told, [true, false, true]);
});

test("leads no more as soon as another one holds the lease", async (context) => {
  const { server, start } = await createBench(context);
  const replica = start("a");
  await replica.pass(1);
  server.edit({ holderIdentity: "b", renewTime: "x" });
  await replica.pass(6000);
  assert.deepEqual(replica.told, [true, false]);
});

test("leaves alone what another one has written since it looked", async (context) => {
  const { server, start } = await createBench(context);
  server.edit({ holderIdentity: "" });
  server.fail(409, ["PUT"]);
  const replica = start("a");
  await replica.pass(5000);
  assert.equal(replica.isLeader(), false);
  assert.equal(server.spec("holderIdentity"), "");
});

test("leads without a lease where it may not have one, says so once, and takes one when it may", async (context) => {
  const { server, lines, start } = await createBench(context);
  server.fail(403);
  const replica = start("a");
  await replica.pass(1);
  assert.equal(replica.isLeader(), false);
  await replica.pass(200_000);
  assert.equal(replica.isLeader(), true);
  const said = lines.filter((line) => line.includes("no leader election possible"));
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /coordination\.k8s\.io.*leases/);
  server.fail(undefined);
  await replica.pass(61_000);
  assert.equal(server.spec("holderIdentity"), "a");
  assert.deepEqual(replica.told, [true]);
});

test("a server that has just started and refuses everybody makes nobody a leader", async (context) => {
  const { server, start } = await createBench(context);
  server.edit({ holderIdentity: "a", renewTime: "0" });
  const second = start("b");
  await second.pass(1000);
  server.fail(403);
  await second.pass(10_000);
  assert.equal(second.isLeader(), false);
});

test("keeps what others have written into the lease", async (context) => {
  const { server, start } = await createBench(context);
  server.edit({ holderIdentity: "", strategy: "OldestEmulationVersion" });
  const replica = start("a");
  await replica.pass(1);
  assert.equal(server.spec("strategy"), "OldestEmulationVersion");
});

test("gives up nothing that is not its own", async (context) => {
  const { server, start } = await createBench(context);
  server.edit({ holderIdentity: "a", renewTime: "0" });
  const second = start("b");
  await second.pass(1000);
  await second.stop();
  assert.equal(server.spec("holderIdentity"), "a");
  assert.deepEqual(second.told, []);
});
