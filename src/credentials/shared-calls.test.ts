import assert from "node:assert/strict";
import { test } from "node:test";
import { createSharedCalls } from "./shared-calls.ts";

interface Pending {
  readonly signal: AbortSignal;
  resolve(value: string): void;
  reject(error: Error): void;
}

function setup() {
  const calls = createSharedCalls<string>();
  const made: Pending[] = [];
  const call = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      made.push({ signal, resolve, reject });
    });
  const join = (key: string, signal = new AbortController().signal) => calls.join(key, call, signal);
  return { join, made };
}

test("makes one call for all who join while it is under way", async () => {
  const { join, made } = setup();
  const joined = [join("a"), join("a"), join("a")];
  made[0]?.resolve("x");
  assert.deepEqual(await Promise.all(joined), ["x", "x", "x"]);
  assert.equal(made.length, 1);
});

test("makes a call for each key, and a new one after the end", async () => {
  const { join, made } = setup();
  const [a, b] = [join("a"), join("b")];
  made[0]?.resolve("x");
  made[1]?.resolve("y");
  assert.deepEqual(await Promise.all([a, b]), ["x", "y"]);
  const again = join("a");
  made[2]?.resolve("z");
  assert.equal(await again, "z");
});

test("gives an error to all who joined, and makes a new call after it", async () => {
  const { join, made } = setup();
  const joined = [join("a"), join("a")];
  made[0]?.reject(new Error("no"));
  for (const result of await Promise.allSettled(joined)) assert.equal(result.status, "rejected");
  const again = join("a");
  made[1]?.resolve("x");
  assert.equal(await again, "x");
});

test("goes on for those who stay when one leaves", async () => {
  const { join, made } = setup();
  const leaver = new AbortController();
  const [first, second] = [join("a", leaver.signal), join("a")];
  leaver.abort(new Error("left"));
  await assert.rejects(first, new Error("left"));
  assert.equal(made[0]?.signal.aborted, false);
  made[0]?.resolve("x");
  assert.equal(await second, "x");
});

test("ends the call when the last has left, and a later one gets its own", async () => {
  const { join, made } = setup();
  const leaver = new AbortController();
  const joined = [join("a", leaver.signal), join("a", leaver.signal)];
  leaver.abort(new Error("left"));
  await Promise.allSettled(joined);
  assert.equal(made[0]?.signal.aborted, true);
  const later = join("a");
  made[0]?.reject(new Error("ended"));
  made[1]?.resolve("x");
  assert.equal(await later, "x");
  assert.equal(made.length, 2);
});

test("makes no call for a signal that is aborted", async () => {
  const { join, made } = setup();
  await assert.rejects(join("a", AbortSignal.abort(new Error("left"))), new Error("left"));
  assert.equal(made.length, 0);
});
