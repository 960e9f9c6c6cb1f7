import type { MetricFamily, Sample } from "./exposition.ts";
import type { ResultStore } from "./store.ts";
import { type DurationTotals, durationBoundsSeconds, type Totals } from "./totals.ts";

const outcomes = ["succeeded", "failed"] as const;

/** What the aggregator knows, as Prometheus sees it. */
export function createMetricFamilies(
  totals: Totals,
  store: Pick<ResultStore, "size" | "dropped">,
): MetricFamily[] {
  return [
    {
      name: "prestow_pull_attempts",
      type: "counter",
      help: "Attempts to pull an image onto a node, by what became of them.",
      samples: [...totals.attempts].flatMap(([image, counts]) =>
        outcomes.map((outcome) => ({ labels: { image, outcome }, value: counts[outcome] })),
      ),
    },
    {
      name: "prestow_pull_duration_seconds",
      type: "histogram",
      help: "How long attempts took.",
      samples: outcomes.flatMap((outcome) => durationSamples(totals.durations[outcome], outcome)),
    },
    {
      name: "prestow_pulled_bytes",
      type: "counter",
      help: "Sizes of the images that attempts brought onto nodes.",
      samples: [{ value: totals.pulledBytes }],
    },
    {
      name: "prestow_aggregator_results",
      type: "gauge",
      help: "Results that are held.",
      samples: [{ value: store.size }],
    },
    {
      name: "prestow_aggregator_dropped_results",
      type: "counter",
      help: "Oldest results that had to go to make room.",
      samples: [{ value: store.dropped }],
    },
  ];
}

function durationSamples({ counts, sumMs }: DurationTotals, outcome: string): Sample[] {
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    const le = formatBound(durationBoundsSeconds[index]);
    return { suffix: "_bucket", labels: { outcome, le }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_sum", labels: { outcome }, value: sumMs / 1000 },
    { suffix: "_count", labels: { outcome }, value: below },
  ];
}

/** OpenMetrics wants `1.0`; the older text takes it, and so the same series come of both. */
function formatBound(seconds: number | undefined): string {
  if (seconds === undefined) return "+Inf";
  return Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}
