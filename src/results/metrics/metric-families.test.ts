import assert from "node:assert/strict";
import { test } from "node:test";
import type { Result } from "../gen/metrics.ts";
import { renderExposition } from "./exposition.ts";
import { createMetricFamilies } from "./metric-families.ts";
import { createTotals } from "./totals.ts";

const result: Result = {
  attemptId: "a",
  startedAt: 1,
  image: "nginx",
  error: "",
  durationMs: 1500,
  node: "n",
  sizeBytes: 10,
};

function render(results: readonly Partial<Result>[], format: "prometheus" | "openmetrics"): string {
  const totals = createTotals();
  for (const fields of results) totals.count({ ...result, ...fields });
  return renderExposition(createMetricFamilies(totals, { size: results.length, dropped: 3 }), format);
}

/** Reads samples by the grammar of the text format; throws on a line that it does not allow. */
function parseSamples(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n").filter((part) => part !== "" && !part.startsWith("#"))) {
    const pattern =
      /^([a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\[\\n"])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\n"])*")*\})?) (\S+)$/;
    const [, series, value] = pattern.exec(line) ?? [];
    assert.ok(series !== undefined && Number.isFinite(Number(value)), `no sample: ${line}`);
    assert.ok(!samples.has(series), `twice: ${series}`);
    samples.set(series, Number(value));
  }
  return samples;
}

test("counts attempts by image and outcome, and the bytes of those that succeeded", () => {
  const samples = parseSamples(render([{}, {}, { error: "x", sizeBytes: 99 }, { image: "b" }], "prometheus"));
  assert.equal(samples.get('prestow_pull_attempts_total{image="nginx",outcome="succeeded"}'), 2);
  assert.equal(samples.get('prestow_pull_attempts_total{image="nginx",outcome="failed"}'), 1);
  assert.equal(samples.get('prestow_pull_attempts_total{image="b",outcome="failed"}'), 0);
  assert.equal(samples.get("prestow_pulled_bytes_total"), 30);
  assert.equal(samples.get("prestow_aggregator_results"), 4);
  assert.equal(samples.get("prestow_aggregator_dropped_results_total"), 3);
});

test("durations are a cumulative histogram", () => {
  const durations = [50, 100, 101, 2000, 1e9].map((durationMs) => ({ durationMs }));
  const samples = parseSamples(render(durations, "prometheus"));
  const below = (le: string) =>
    samples.get(`prestow_pull_duration_seconds_bucket{outcome="succeeded",le="${le}"}`);
  assert.deepEqual(["0.1", "0.5", "1.0", "2.0", "600.0", "+Inf"].map(below), [2, 3, 3, 4, 4, 5]);
  assert.equal(samples.get('prestow_pull_duration_seconds_count{outcome="succeeded"}'), 5);
  assert.equal(samples.get('prestow_pull_duration_seconds_sum{outcome="succeeded"}'), 1_000_002.251);
});

test("a name from outside stays inside its label", () => {
  const text = render([{ image: 'a"} 1\nb\\' }], "prometheus");
  assert.ok(
    parseSamples(text).has('prestow_pull_attempts_total{image="a\\"} 1\\nb\\\\",outcome="succeeded"}'),
  );
});

test("however many images there are, their series are bounded and none is lost", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ image: `image-${index}` }));
  const samples = parseSamples(render(many, "prometheus"));
  assert.ok(samples.size < 300);
  const attempts = [...samples].filter(([series]) => series.startsWith("prestow_pull_attempts_total"));
  const sum = attempts.reduce((total, [, value]) => total + value, 0);
  assert.equal(sum, 10_000);
});

test("each format writes a counter's name where it wants it, and OpenMetrics ends with EOF", () => {
  const [prometheus, openmetrics] = [render([{}], "prometheus"), render([{}], "openmetrics")];
  assert.match(prometheus, /^# TYPE prestow_pull_attempts_total counter$/m);
  assert.match(openmetrics, /^# TYPE prestow_pull_attempts counter$/m);
  assert.match(openmetrics, /\n# EOF\n$/);
  assert.doesNotMatch(prometheus, /EOF/);
  assert.deepEqual(parseSamples(prometheus), parseSamples(openmetrics));
});
