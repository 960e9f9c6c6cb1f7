import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { parseReference } from "../../image/reference.ts";
import { createLogger } from "../../lib/log.ts";
import { RegistryError } from "../../registry/errors.ts";
import { createDigestBook, type ResolveDigest } from "./digest-book.ts";

const hourMs = 3_600_000;
const held = (ref: string) => ({ name: ref, ref, image: parseReference(ref) });

function createBench(resolve: ResolveDigest) {
  const clock = createManualClock();
  const lines: string[] = [];
  const log = createLogger({ level: "info", format: "text", clock, write: (line) => lines.push(line) });
  const book = createDigestBook(resolve, clock, log, 5_000);
  const { signal } = new AbortController();
  const want = async (...refs: readonly string[]) => {
    const look = () => book.want(refs.map(held), hourMs, () => {}, signal);
    look();
    await setImmediate();
    look();
  };
  return { clock, lines, book, want };
}

test("a tag is asked for once in each interval, and a move is told", async () => {
  let calls = 0;
  const { clock, lines, book, want } = createBench(async () => `sha256:${++calls}`);
  await want("a:1");
  await want("a:1");
  assert.deepEqual(book.get(held("a:1")), { digest: "sha256:1" });
  await clock.advance(hourMs);
  await want("a:1");
  assert.deepEqual(book.get(held("a:1")), { digest: "sha256:2" });
  assert.match(lines.join(), /the tag has moved/);
});

test("a registry that fails takes no digest away, and is asked again later", async () => {
  let isDown = false;
  let calls = 0;
  const { clock, book, want } = createBench(async () => {
    calls += 1;
    if (isDown) throw new RegistryError("down", { kind: "unavailable" });
    return "sha256:1";
  });
  await want("a:1");
  isDown = true;
  await clock.advance(hourMs);
  await want("a:1");
  await want("a:1");
  assert.equal(calls, 2);
  assert.deepEqual(book.get(held("a:1")), { digest: "sha256:1" });
  await clock.advance(5_000);
  await want("a:1");
  assert.equal(calls, 3);
});

test("what was never had says why, with the kind of the registry's error", async () => {
  const { book, want } = createBench(async () => {
    throw new RegistryError("no such tag", { kind: "not-found" });
  });
  await want("a:1");
  const known = book.get(held("a:1"));
  assert.ok(known !== undefined && "failure" in known);
  assert.deepEqual([known.failure.kind, known.failure.message], ["not-found", "no such tag"]);
});

test("answers that come together count together, and no longer than ten seconds", async () => {
  const slow = Promise.withResolvers<string>();
  const { clock, book, want } = createBench(({ path }) =>
    path.endsWith("slow") ? slow.promise : Promise.resolve("sha256:1"),
  );
  await want("fast:1", "slow:1");
  assert.equal(book.get(held("fast:1")), undefined);
  await clock.advance(10_000);
  await want("fast:1", "slow:1");
  assert.deepEqual(book.get(held("fast:1")), { digest: "sha256:1" });
  slow.resolve("sha256:2");
  await want("fast:1", "slow:1");
  assert.deepEqual(book.get(held("slow:1")), { digest: "sha256:2" });
});

test("four are asked for at the same time, and what nobody wants is forgotten", async () => {
  let open = 0;
  const { book, want } = createBench(async () => {
    open += 1;
    return await new Promise<string>(() => {});
  });
  await want("a:1", "b:1", "c:1", "d:1", "e:1", "f:1");
  assert.equal(open, 4);
  await want();
  assert.equal(book.nextMs(), undefined);
});

test("a reference with a digest is never asked for", async () => {
  const { want } = createBench(() => assert.fail("asked"));
  await want(`a@sha256:${"a".repeat(64)}`);
});
