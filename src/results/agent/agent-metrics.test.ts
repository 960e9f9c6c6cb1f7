import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { renderExposition } from "../metrics/exposition.ts";
import { createAgentMetrics } from "./agent-metrics.ts";
import { agentMetricFamilies } from "./metric-table.ts";

function createBench() {
  const clock = createManualClock();
  const readUsage = () => ({ residentBytes: 5, cpuSeconds: 1.5, startSeconds: 10 });
  const metrics = createAgentMetrics({ version: "1.2.3", clock, readUsage });
  const text = () => renderExposition(metrics.families(), "prometheus");
  const has = (...samples: string[]) => {
    const lines = text().split("\n");
    for (const sample of samples) assert.ok(lines.includes(sample), `${sample}\n${text()}`);
  };
  return { clock, metrics, text, has };
}

const image = (ref: string, state = {}) => imageStatus(ref, [fleet("a")], state);

test("counts desired images by where they are and by why they failed", () => {
  const { metrics, has } = createBench();
  const images = [
    image("a:1", present("sha256:1")),
    image("b:1", { phase: "pulling" }),
    image("c:1"),
    image("d:1", failed()),
    image("e:1", { phase: "held-back", reason: "DiskFloor" }),
  ];
  metrics.status?.(agentStatus(images, { pinned: { images: 2, bytes: 99 } }));
  has(
    'prestow_agent_images{state="desired"} 5',
    'prestow_agent_images{state="present"} 1',
    'prestow_agent_images{state="pulling"} 1',
    'prestow_agent_images{state="waiting"} 2',
    'prestow_agent_images{state="failed"} 1',
    'prestow_agent_images{state="held_back"} 1',
    'prestow_agent_images_failed{kind="not-found"} 1',
    'prestow_agent_images_failed{kind="denied"} 0',
    'prestow_agent_source_synced{source="fleets"} 1',
    "prestow_agent_pinned_images 2",
    "prestow_agent_pinned_bytes 99",
  );
});

test("counts attempts, their bytes and durations", () => {
  const { metrics, has } = createBench();
  const attempt = { image: "docker.io/library/a:1", attempt: 1, startedAtMs: 0 };
  const failure = { kind: "denied", message: "no", nextAttemptInMs: 1 } as const;
  metrics.pull?.({ type: "attempt-failed", ...attempt, durationMs: 5, ...failure });
  metrics.pull?.({ type: "pulled", ...attempt, sizeBytes: 7, durationMs: 900 });
  metrics.pull?.({ type: "pulled", ...attempt, sizeBytes: 8, durationMs: 900_000 });
  has(
    'prestow_agent_pulls_total{result="succeeded"} 2',
    'prestow_agent_pulls_total{result="failed",kind="denied"} 1',
    "prestow_agent_pulled_bytes_total 15",
    'prestow_agent_pull_duration_seconds_bucket{le="0.5"} 0',
    'prestow_agent_pull_duration_seconds_bucket{le="1.0"} 1',
    'prestow_agent_pull_duration_seconds_bucket{le="600.0"} 1',
    'prestow_agent_pull_duration_seconds_bucket{le="+Inf"} 2',
    "prestow_agent_pull_duration_seconds_sum 900.9",
    "prestow_agent_pull_duration_seconds_count 2",
  );
});

test("shows what pulls under way have received, and forgets them when they end", () => {
  const { metrics, has } = createBench();
  const progress = { type: "progress", totalBytes: 100 } as const;
  for (const [name, downloadedBytes] of [
    ["a", 10],
    ["b", 5],
    ["a", 20],
  ] as const)
    metrics.pull?.({ ...progress, image: name, downloadedBytes });
  has("prestow_agent_downloading_bytes 25");
  metrics.pull?.({ type: "pulled", image: "a", attempt: 1, startedAtMs: 0, sizeBytes: 1, durationMs: 1 });
  has("prestow_agent_downloading_bytes 5");
});

test("tells how old the last list is, from the start where there was none", async () => {
  const { clock, metrics, has } = createBench();
  await clock.advance(3000);
  has("prestow_agent_sync_age_seconds 3");
  metrics.status?.(agentStatus([], { listedMs: 2500 }));
  has("prestow_agent_sync_age_seconds 0.5");
});

test("tells of the process, and counts what was pruned", () => {
  const { metrics, has } = createBench();
  metrics.pruned?.("a", "sha256:1");
  has(
    "prestow_agent_pruned_total 1",
    'prestow_agent_build_info{version="1.2.3"} 1',
    "process_resident_memory_bytes 5",
    "process_cpu_seconds_total 1.5",
    "process_start_time_seconds 10",
  );
});

test("names no image and no owner, and uses no label that the table does not have", () => {
  const { metrics, text } = createBench();
  metrics.status?.(agentStatus([image("secret-name:1", failed())]));
  assert.doesNotMatch(text(), /secret-name/);
  const described = new Map(
    agentMetricFamilies.map(({ name, labels }) => [name as string, labels as readonly string[]]),
  );
  for (const { name, samples } of metrics.families()) {
    const used = samples.flatMap(({ labels }) => Object.keys(labels ?? {})).filter((label) => label !== "le");
    assert.ok(
      used.every((label) => described.get(name)?.includes(label)),
      name,
    );
  }
});
