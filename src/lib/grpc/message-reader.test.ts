import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeFrame } from "./frame.ts";
import { createByteBudget, createMessageReader } from "./message-reader.ts";

const budgetBytes = 10_000;

function header(lengthBytes: number, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(lengthBytes, 1);
  return prefix;
}

test("gives the messages that were sent, however the stream is cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 });
  fc.assert(
    fc.property(messages, cuts, (sent, sizes) => {
      const budget = createByteBudget(budgetBytes);
      const reader = createMessageReader(1000, budget);
      const body = Buffer.concat(sent.map(encodeFrame));
      const got: number[][] = [];
      for (let offset = 0, turn = 0; offset < body.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        got.push(...reader.push(body.subarray(offset, offset + size)).map((message) => [...message]));
        offset += size;
      }
      assert.deepEqual(
        got,
        sent.map((message) => [...message]),
      );
      assert.equal(reader.partial, false);
      assert.ok(budget.take(budgetBytes), "the budget has all of its bytes back");
    }),
  );
});

test("takes no memory for what is only announced", () => {
  const budget = createByteBudget(budgetBytes);
  const reader = createMessageReader(1_000_000, budget);
  reader.push(header(1_000_000));
  assert.equal(reader.partial, true);
  assert.ok(budget.take(budgetBytes - 300));
});

test("shares one budget among readers, and gives it back", () => {
  const budget = createByteBudget(budgetBytes);
  const [first, second] = [createMessageReader(9000, budget), createMessageReader(9000, budget)];
  first.push(Buffer.concat([header(8000), Buffer.alloc(6000)]));
  const piece = Buffer.concat([header(8000), Buffer.alloc(6000)]);
  assert.throws(() => second.push(piece), { code: "RESOURCE_EXHAUSTED" });
  second.dispose();
  first.dispose();
  assert.deepEqual(createMessageReader(9000, budget).push(piece), []);
});

test("refuses a message that is too large as soon as its length is known", () => {
  for (const cut of [2, 5]) {
    const reader = createMessageReader(1000, createByteBudget(budgetBytes));
    const prefix = header(1001);
    assert.throws(() => [reader.push(prefix.subarray(0, cut)), reader.push(prefix.subarray(cut))], {
      code: "RESOURCE_EXHAUSTED",
      message: "a message of 1001 bytes is larger than 1000",
    });
  }
});

test("refuses a compressed message", () => {
  const reader = createMessageReader(1000, createByteBudget(budgetBytes));
  assert.throws(() => reader.push(header(1, 1)), { code: "UNIMPLEMENTED" });
});
