import assert from "node:assert/strict";
import { test } from "node:test";
import { roundPauseMs } from "./round-pause.ts";

const timing = { initialDelayMs: 1000, maxDelayMs: 600_000 };

test("doubles the pause between rounds up to the longest delay", () => {
  const pauses = [1, 2, 6, 7, 1000].map((rounds) => roundPauseMs(rounds, timing, () => 1));
  assert.deepEqual(pauses, [16_000, 32_000, 512_000, 600_000, 600_000]);
});

test("takes between half of the pause and all of it", () => {
  assert.equal(
    roundPauseMs(1, timing, () => 0),
    8000,
  );
});

test("pauses even where attempts follow each other without a delay", () => {
  assert.equal(
    roundPauseMs(1, { initialDelayMs: 0, maxDelayMs: 0 }, () => 1),
    1000,
  );
});
