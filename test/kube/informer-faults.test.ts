import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../clock/manual-clock.ts";
import { configMap } from "./fake-resources.ts";
import { createInformerBench, data } from "./informer-bench.ts";
import { dataOf, until, untilKept } from "./running-informer.ts";

test("stays as it is through one lost connection, and tells when the server stays away", async (context) => {
  const { server, maps, start, watching } = await createInformerBench(context);
  maps.set(configMap("a", { text: "1" }));
  const informer = start();
  await watching();
  await until(() => assert.equal(informer.state, "synced"));
  await server.stop();
  await until(() => assert.equal(informer.state, "failing"));
  assert.match(informer.lastError?.message ?? "", /connection refused/);
  assert.deepEqual(informer.kept(), { "ns/a": data("1") });
  maps.set(configMap("a", { text: "2" }));
  await server.start();
  await untilKept(informer, { "ns/a": data("2") });
  assert.equal(informer.lastError, undefined);
});

test("is starting until the server has answered, and says why", async (context) => {
  const { server, start } = await createInformerBench(context);
  await server.stop();
  const informer = start();
  await until(() => assert.match(informer.lastError?.message ?? "", /connection refused/));
  assert.equal(informer.state, "starting");
  await until(() => assert.ok(informer.changes() > 0));
  await server.start();
  await untilKept(informer, {});
});

test("gives up a watch that says nothing beyond its end, and goes on where it was", async (context) => {
  const { maps, watches, start, asked, watching } = await createInformerBench(context);
  const informer = start({ timings: { watchLeastMs: 100, watchMostMs: 100, watchMarginMs: 100 } });
  await watching();
  watches.silent = true;
  maps.set(configMap("a", { text: "1" }));
  watches.silent = false;
  await untilKept(informer, { "ns/a": data("1") });
  assert.equal(asked("limit="), 1);
});

test("gives up a list that hangs, in its head or within", async (context) => {
  const { server, start } = await createInformerBench(context);
  server.fault({ kind: "hang" }, 1);
  server.fault({ kind: "hang-body" }, 1);
  const informer = start({ timings: { answerTimeoutMs: 100 } });
  await untilKept(informer, {});
});

test("tells of a server that takes its watches and answers none", async (context) => {
  const { server, maps, watches, start, watching } = await createInformerBench(context);
  maps.set(configMap("a", { text: "1" }));
  const informer = start({ timings: { answerTimeoutMs: 50, stableMs: 40 } });
  await watching();
  const answered = server.fault({ kind: "hang" });
  watches.cut();
  await until(() => assert.match(`${informer.state} ${informer.lastError?.message}`, /failing .*no answer/));
  answered();
  await untilKept(informer, { "ns/a": data("1") });
});

test("asks a server that has too much to do no sooner than it says", async (context) => {
  const { server, start, asked } = await createInformerBench(context);
  const clock = createManualClock();
  server.fault({ kind: "status", status: 429, headers: { "retry-after": "60" } }, 1);
  const informer = start({ clock });
  await until(() => assert.equal(clock.sleepers(), 1));
  await clock.advance(60_000);
  assert.equal(asked("limit="), 1);
  await clock.advance(15_000);
  await untilKept(informer, {});
});

test("keeps what it knows while it is forbidden, and says who may not do what", async (context) => {
  const { server, maps, watches, start, watching } = await createInformerBench(context);
  maps.set(configMap("a", { text: "1" }));
  const informer = start();
  await watching();
  const allow = server.fault({ kind: "status", status: 403, message: "agent cannot watch configmaps" });
  watches.cut();
  await until(() => assert.equal(informer.state, "failing"));
  assert.match(informer.lastError?.message ?? "", /agent cannot watch configmaps/);
  assert.deepEqual(informer.kept(), { "ns/a": data("1") });
  allow();
  await untilKept(informer, { "ns/a": data("1") });
});

test("keeps what it knows through one 404, and lets go of it when they do not end", async (context) => {
  const { server, maps, watches, start, watching } = await createInformerBench(context);
  maps.set(configMap("a", { text: "1" }));
  const informer = start();
  await watching();
  server.fault({ kind: "status", status: 404 }, 1);
  watches.cut();
  await until(() => assert.ok(server.requests().length >= 4));
  await untilKept(informer, { "ns/a": data("1") });
  const back = server.fault({ kind: "status", status: 404 });
  watches.cut();
  await until(() => assert.deepEqual([informer.state, informer.kept()], ["absent", {}]));
  back();
  await untilKept(informer, { "ns/a": data("1") });
});

test("never passes over a line that it cannot read: goes on before it, and lists where that does not help", async (context) => {
  const { maps, watches, client, start, asked, watching } = await createInformerBench(context);
  const informer = start();
  await watching();
  watches.write('{"type":"ADDED","object":{\n');
  maps.set(configMap("a", { text: "1" }));
  await untilKept(informer, { "ns/a": data("1") });
  assert.equal(asked("limit="), 1);
  const unreadable = start({
    client: {
      stream: (of, bounds, onChunk) =>
        of.includes("watch=true")
          ? client.stream(of, bounds, () => onChunk(Buffer.from("nonsense\n")))
          : client.stream(of, bounds, onChunk),
    },
  });
  await until(() => assert.equal(unreadable.objects.size, 1));
  for (const text of ["2", "3"]) {
    maps.set(configMap("a", { text }));
    await until(() => assert.deepEqual(unreadable.kept(), { "ns/a": data(text) }));
  }
});

test("keeps what it knew of an object that cannot be read, and all others", async (context) => {
  const { maps, start, watching } = await createInformerBench(context);
  const extract = (object: unknown) => {
    const kept = dataOf(object) ?? "";
    if (kept.includes("odd")) throw new Error("odd");
    return kept;
  };
  maps.set(configMap("a", { text: "1" }));
  const informer = start({ extract });
  await watching();
  maps.set(configMap("a", { text: "odd" }), configMap("b", { text: "2" }));
  await untilKept(informer, { "ns/a": data("1"), "ns/b": data("2") });
});

test("makes no storm of a server that ends each watch at once", async (context) => {
  const { server, watches, start, asked } = await createInformerBench(context);
  start({ timings: { backoffFirstMs: 400, backoffMostMs: 400 } });
  const end = setInterval(() => watches.end(), 1);
  context.after(() => clearInterval(end));
  await until(() => assert.ok(asked("watch=true") >= 2));
  const [first, second] = [1, 2].map((count) => server.requests()[count]?.atMs ?? 0);
  assert.ok((second ?? 0) - (first ?? 0) >= 190);
});

test("stops at once, in a list, in a watch and in a wait, and tells of nothing afterwards", async (context) => {
  const { server, start, watching } = await createInformerBench(context);
  const watcher = start();
  await watching();
  server.fault({ kind: "hang" });
  const lister = start();
  await until(() => assert.equal(server.requests().length, 3));
  await server.stop();
  const waiter = start({ timings: { backoffFirstMs: 60_000, backoffMostMs: 60_000 } });
  await until(() => assert.ok(waiter.lastError !== undefined));
  const all = [watcher, lister, waiter];
  await Promise.all(all.map((informer) => informer.stop()));
  const told = all.map((informer) => informer.changes());
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    all.map((informer) => informer.changes()),
    told,
  );
});
