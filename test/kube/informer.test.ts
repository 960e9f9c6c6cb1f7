import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap } from "./fake-resources.ts";
import { createInformerBench, data } from "./informer-bench.ts";
import { dataOf, until, untilKept } from "./running-informer.ts";

test("asks as it should: pages, bookmarks, and an end at random between five and ten minutes", async (context) => {
  const { server, start, watching } = await createInformerBench(context);
  start({ labelSelector: "a=b", fieldSelector: "metadata.name=c" });
  await watching();
  const [list, watch] = server.requests().map((request) => new URL(request.path, "http://x").searchParams);
  const selectors = { labelSelector: "a=b", fieldSelector: "metadata.name=c" };
  assert.deepEqual(Object.fromEntries(list ?? []), { ...selectors, limit: "250" });
  assert.deepEqual(Object.fromEntries(watch ?? []), {
    ...selectors,
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: "1000",
    timeoutSeconds: "450",
  });
});

test("tells of a hundred changes at once, once", async (context) => {
  const { maps, start, watching } = await createInformerBench(context);
  const informer = start();
  await watching();
  const before = informer.changes();
  maps.set(...Array.from({ length: 100 }, (_, index) => configMap(`m${index}`, { text: "1" })));
  await until(() => assert.equal(informer.objects.size, 100));
  assert.ok(informer.changes() - before <= 5, `${informer.changes() - before}`);
});

test("does not tell of what it does not keep", async (context) => {
  const { maps, start, watching } = await createInformerBench(context);
  const informer = start({
    extract: (object) => (JSON.stringify(object).includes("ignored") ? undefined : dataOf(object)),
  });
  await watching();
  await until(() => assert.equal(informer.changes(), 1));
  maps.set(configMap("a", { text: "ignored" }));
  maps.set(configMap("b", { text: "1" }));
  await untilKept(informer, { "ns/b": data("1") });
  assert.equal(informer.changes(), 2);
  maps.set(configMap("b", { text: "ignored" }));
  await untilKept(informer, {});
});

test("goes on from a bookmark, without the history before it", async (context) => {
  const { maps, watches, start, asked, watching } = await createInformerBench(context);
  const informer = start();
  await watching();
  maps.compact();
  watches.bookmark(maps.version());
  watches.end();
  await until(() => assert.equal(asked("watch=true"), 2));
  maps.set(configMap("a", { text: "1" }));
  await untilKept(informer, { "ns/a": data("1") });
  assert.equal(asked("limit="), 1);
});

for (const expiredBy of ["event", "status"] as const) {
  test(`lists again when the version is too old, told by ${expiredBy}, and loses no change`, async (context) => {
    const { maps, watches, start, asked, watching } = await createInformerBench(context);
    maps.set(configMap("a", { text: "1" }), configMap("b", { text: "1" }));
    const informer = start();
    await watching();
    watches.expiredBy = expiredBy;
    watches.silent = true;
    maps.set(configMap("a", { text: "2" }));
    maps.delete("b");
    maps.compact();
    watches.silent = false;
    watches.cut();
    await untilKept(informer, { "ns/a": data("2") });
    assert.equal(asked("limit="), 2);
  });
}

test("begins the list anew when its pages take too long, and keeps the old set until it is whole", async (context) => {
  const { server, client, maps, start } = await createInformerBench(context);
  maps.set(...["a", "b", "c"].map((name) => configMap(name, { text: "1" })));
  let compacted = false;
  const seen: number[] = [];
  const informer = start({
    pageLimit: 2,
    client: {
      stream: async (asked, bounds, onChunk) => {
        await client.stream(asked, bounds, onChunk);
        seen.push(informer.objects.size);
        if (!compacted) maps.compact();
        compacted = true;
      },
    },
  });
  await until(() => assert.equal(informer.objects.size, 3));
  assert.deepEqual(seen.slice(0, 2), [0, 0]);
  assert.ok(server.requests().some((request) => request.path.includes("continue=")));
});
