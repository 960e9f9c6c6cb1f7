import assert from "node:assert/strict";
import { test } from "node:test";
import { listedImage } from "../../../test/agent/agent-bench.ts";
import { createPresentIndex } from "../../plan/agent-plan-index.ts";
import { createImageChanges } from "./image-changes.ts";

const name = "docker.io/library/a:1";
const stillThere = createPresentIndex([listedImage("a:1")]);
const gone = createPresentIndex([]);

function createBench({ pulling = false } = {}) {
  const asked: number[] = [];
  const changes = createImageChanges({
    isDesired: (text) => text === name || text === `sha256:${name}`,
    isPulling: () => pulling,
    refresh: (afterMs = 0) => void asked.push(afterMs),
  });
  return { asked, changes };
}

test("asks at once after a deletion, and once where the list agrees", () => {
  const { asked, changes } = createBench();
  changes.onEvent({ type: "deleted", name });
  changes.check(gone);
  changes.check(gone);
  assert.deepEqual(asked, [0]);
});

test("asks some more times while the list still shows what was deleted, then believes it", () => {
  const { asked, changes } = createBench();
  changes.onEvent({ type: "deleted", name: `sha256:${name}` });
  for (let i = 0; i < 10; i++) changes.check(stillThere);
  assert.deepEqual(asked, [0, 15, 50, 200, 1000]);
});

test("does not wait for the deletion of what has come back", () => {
  const { asked, changes } = createBench();
  changes.onEvent({ type: "deleted", name });
  changes.onEvent({ type: "created", name });
  changes.check(stillThere);
  assert.deepEqual(asked, [0, 100]);
});

test("makes one question of the many changes that a pull by others or a pin brings", () => {
  const { asked, changes } = createBench();
  changes.onEvent({ type: "updated", name });
  assert.deepEqual(asked, [100]);
});

test("does not ask about what it pulls itself, nor about what nobody desires", () => {
  const { asked, changes } = createBench({ pulling: true });
  changes.onEvent({ type: "created", name });
  changes.onEvent({ type: "deleted", name: "docker.io/library/other:1" });
  assert.deepEqual(asked, []);
});

test("asks after each interruption", () => {
  const { asked, changes } = createBench();
  changes.onInterrupted();
  assert.deepEqual(asked, [0]);
});
