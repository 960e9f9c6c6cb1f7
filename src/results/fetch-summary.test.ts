import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import type { PlannedImage } from "../plan/pull-plan.ts";
import type { FetchResult } from "./fetch-result.ts";
import { fetchResultJson, planJson, renderFetchSummary, renderPlan } from "./fetch-summary.ts";

const digest = `sha256:${"d".repeat(64)}`;
const result: FetchResult = {
  runtime: { name: "containerd", version: "2.4.2" },
  durationMs: 2345,
  images: [
    {
      ref: "a:1",
      normalizedRef: "docker.io/library/a:1",
      where: "images.txt:1",
      attempts: 1,
      durationMs: 1250,
      outcome: "pulled",
      imageId: "sha256:1",
      digest,
      sizeBytes: 21_000_000,
    },
    {
      ref: "b:1",
      normalizedRef: "docker.io/library/b:1",
      where: "images.txt:2",
      attempts: 0,
      durationMs: 0,
      outcome: "present",
      imageId: "sha256:2",
      digest: undefined,
      sizeBytes: 5,
    },
    {
      ref: "c\u001b[2J:1",
      normalizedRef: "c",
      where: "images.txt:3",
      attempts: 3,
      durationMs: 3000,
      outcome: "failed",
      kind: "not-found",
      message: "no such tag (given up after 3 attempts)",
    },
  ],
};

test("renders a table, what failed in full, and one line that sums it up", () => {
  assert.deepEqual(renderFetchSummary(result).split("\n"), [
    "IMAGE       DIGEST           SIZE  TIME  ATTEMPTS  OUTCOME",
    "a:1         dddddddddddd  21.0 MB  1.3s         1  pulled",
    "b:1         -                 5 B     -         0  present",
    "c\\x1b[2J:1  -                   -  3.0s         3  failed: not-found",
    "",
    "c\\x1b[2J:1 (images.txt:3): no such tag (given up after 3 attempts)",
    "",
    "3 images: 1 pulled, 1 already present, 1 failed, in 2.3s",
    "",
  ]);
});

test("says of an empty list only that it is empty", () => {
  const empty = { ...result, images: [], durationMs: 0 };
  assert.equal(renderFetchSummary(empty), "0 images: 0 pulled, 0 already present, 0 failed, in 0.0s\n");
});

test("gives machines counts and an entry for each image, with the error as one object", () => {
  const json = JSON.parse(JSON.stringify(fetchResultJson(result)));
  const { total, pulled, present, failed, durationMs, runtime, images } = json;
  assert.deepEqual([total, pulled, present, failed, durationMs], [3, 1, 1, 1, 2345]);
  assert.deepEqual(runtime, { name: "containerd", version: "2.4.2" });
  assert.deepEqual(images[0], result.images[0]);
  const error = { kind: "not-found", message: "no such tag (given up after 3 attempts)" };
  assert.deepEqual(images[2].error, error);
  assert.equal("kind" in images[2], false);
});

const plan: PlannedImage[] = [
  { action: "pull", ref: "a", where: "argument 1", reason: "not present", image: parseReference("a") },
  { action: "reject", ref: "B", where: "argument 2", reason: "upper case" },
];

test("shows a plan to people and to machines", () => {
  assert.equal(
    renderPlan(plan),
    "IMAGE  ACTION  REASON\na      pull    not present\nB      reject  upper case\n",
  );
  assert.deepEqual(planJson(plan), {
    images: [
      {
        ref: "a",
        normalizedRef: "docker.io/library/a:latest",
        where: "argument 1",
        action: "pull",
        reason: "not present",
      },
      { ref: "B", normalizedRef: "B", where: "argument 2", action: "reject", reason: "upper case" },
    ],
  });
});
