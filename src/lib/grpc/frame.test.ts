import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFrames, encodeFrame } from "./frame.ts";

test("decodes what it encoded, however many messages", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (messages) => {
      const body = Buffer.concat(messages.map(encodeFrame));
      assert.deepEqual(
        decodeFrames(body).map((message) => [...message]),
        messages.map((message) => [...message]),
      );
    }),
  );
});

const broken: Record<string, Buffer> = {
  "ends inside a frame": Buffer.from([0, 0, 0]),
  "ends inside a message": encodeFrame(Buffer.from("hello")).subarray(0, 8),
  "is compressed": Buffer.from([1, 0, 0, 0, 0]),
};
for (const [name, body] of Object.entries(broken)) {
  test(`refuses a response that ${name}`, () => {
    assert.throws(() => decodeFrames(body), {
      name: "GrpcError",
      code: "INTERNAL",
      message: new RegExp(name),
    });
  });
}
