import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpeedometer } from "./speed.ts";

const cases: Record<string, [[number, number][], number | undefined]> = {
  "nothing told": [[], undefined],
  "one count": [[[0, 0]], undefined],
  "two counts too close together": [
    [
      [0, 0],
      [100, 9],
    ],
    undefined,
  ],
  "two counts": [
    [
      [0, 0],
      [500, 1000],
    ],
    2000,
  ],
  "the last seconds only": [
    [
      [0, 0],
      [1000, 90_000],
      [2000, 90_000],
      [3000, 90_000],
      [4000, 93_000],
      [4500, 94_500],
    ],
    1286,
  ],
  "a count that stands still": [
    [
      [0, 500],
      [1000, 500],
    ],
    0,
  ],
  "a new attempt that began at nought": [
    [
      [0, 90_000],
      [1000, 95_000],
      [2000, 0],
      [3000, 700],
    ],
    700,
  ],
};
for (const [name, [samples, expected]] of Object.entries(cases)) {
  test(`speed of ${name}`, () => {
    const meter = createSpeedometer(3000);
    for (const [nowMs, bytes] of samples) meter.add(nowMs, bytes);
    const speed = meter.bytesPerSecond();
    assert.equal(speed === undefined ? undefined : Math.round(speed), expected);
  });
}
