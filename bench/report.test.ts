import assert from "node:assert/strict";
import { test } from "node:test";
import { decideVerdicts, type Measurement } from "./measurement.ts";
import { renderReport, reportJson } from "./report.ts";

const totals: Measurement = {
  scenario: "loopback",
  what: "total",
  unit: "ms",
  values: new Map([
    ["prestow", [900, 990, 1200]],
    ["image-prefetcher", [1000, 1100, 1000]],
    ["bare calls", [800, 900, 850]],
  ]),
  goals: [
    { limit: 1, against: "image-prefetcher" },
    { limit: 1.05, against: "bare calls" },
  ],
};

test("a goal against a contestant is a ratio of the same rounds, one without is the median itself", () => {
  const verdicts = decideVerdicts({ ...totals, goals: [...totals.goals, { limit: 500 }] });
  assert.deepEqual(
    verdicts.map(({ value, met }) => [value, met]),
    [
      [0.9, true],
      [1.125, false],
      [990, false],
    ],
  );
});

test("a goal is met at its limit", () => {
  const [verdict] = decideVerdicts({ ...totals, goals: [{ limit: 990 }] });
  assert.equal(verdict?.met, true);
});

test("a goal against a contestant that was not there is no goal", () => {
  const values = new Map([["prestow", [1, 2]]] as const);
  assert.deepEqual(decideVerdicts({ ...totals, values }), []);
});

test("the table shows medians, ranges, ratios and what became of the goals, good or bad", () => {
  assert.equal(
    renderReport([totals], [{ scenario: "slow-link", reason: "needs root" }]),
    `SCENARIO  FIGURE  CONTESTANT        MEDIAN        MIN - MAX  PRESTOW ÷  GOAL
loopback  total   prestow           990 ms  900 ms - 1.20 s
                  image-prefetcher  1.00 s  1.00 s - 1.10 s       0.90  ≤ 1.00 met
                  bare calls        850 ms  800 ms - 900 ms       1.13  ≤ 1.05 MISSED
not measured: slow-link: needs root
`,
  );
});

test("memory is shown in bytes, and a goal without a contestant stands beside our own figure", () => {
  const values = new Map([["prestow", [20_000_000]]] as const);
  const memory: Measurement = { ...totals, unit: "bytes", values, goals: [{ limit: 16_000_000 }] };
  assert.match(renderReport([memory], []), /prestow +20\.0 MB +20\.0 MB - 20\.0 MB +≤ 16\.0 MB MISSED/);
});

test("the JSON has every value of every round", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(reportJson([{ ...totals, goals: [{ limit: 1000 }] }], []))), {
    measurements: [
      {
        scenario: "loopback",
        figure: "total",
        unit: "ms",
        contestants: {
          prestow: { median: 990, min: 900, max: 1200, rounds: [900, 990, 1200] },
          "image-prefetcher": { median: 1000, min: 1000, max: 1100, rounds: [1000, 1100, 1000] },
          "bare calls": { median: 850, min: 800, max: 900, rounds: [800, 900, 850] },
        },
        goals: [{ limit: 1000, value: 990, met: true }],
      },
    ],
    notRun: [],
  });
});
