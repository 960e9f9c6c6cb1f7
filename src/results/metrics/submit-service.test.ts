import assert from "node:assert/strict";
import { test } from "node:test";
import { Result } from "../gen/metrics.ts";
import { createSubmitHandler } from "./submit-service.ts";

async function* messagesOf(...ids: string[]): AsyncGenerator<Buffer> {
  const nothing = Result.decode(Buffer.alloc(0));
  for (const attemptId of ids) yield Buffer.from(Result.encode({ ...nothing, attemptId }).finish());
}

test("acknowledges a stream only when its results are saved", async () => {
  const taken: string[] = [];
  const { promise: disk, resolve: finishWriting } = Promise.withResolvers<void>();
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
  const handler = createSubmitHandler({
    add: ({ attemptId }) => taken.push(attemptId),
    saved: () => {
      noteAsked();
      return disk;
    },
  });
  let acknowledged = false;
  const answer = handler(messagesOf("a", "b")).finally(() => {
    acknowledged = true;
  });
  await asked;
  await new Promise(setImmediate);
  assert.deepEqual([taken, acknowledged], [["a", "b"], false]);
  finishWriting();
  assert.equal((await answer).length, 0);
});
