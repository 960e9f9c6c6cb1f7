import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { demoSteps } from "../lab/demo-steps.ts";
import { listSeeds } from "../lab/images.ts";
import { renderFetchSummary } from "../src/results/fetch-summary.ts";
import type { ImageResult } from "../src/results/pull-events.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = /<!-- demo: .*?-->\n```\n(.*?)\n```\n<!-- \/demo -->/s.exec(readme)?.[1] ?? "";
const command = `$ ${demoSteps[0]?.command}\n`;
const table = block.slice(command.length);

/** What a row of the sample was rendered from. */
function parseRow(line: string): ImageResult {
  const [ref = "", digest = "", size = "", time = "", attempts = "", outcome = ""] = line.split(/ {2,}/);
  assert.equal(outcome, "pulled", line);
  assert.match(size, / MB$/);
  return {
    ref,
    normalizedRef: ref,
    where: "images.txt:1",
    attempts: Number(attempts),
    durationMs: Number.parseFloat(time) * 1000,
    outcome,
    imageId: "sha256:0",
    digest,
    sizeBytes: Number.parseFloat(size) * 1_000_000,
  };
}

test("the README's sample is the first command of the demo and what fetch prints today", () => {
  assert.ok(block.startsWith(command), "the sample does not begin with the demo's first command");
  const rows = table.split("\n").slice(1, -2).map(parseRow);
  const seconds = /in ([\d.]+)s$/.exec(table)?.[1];
  const result = {
    runtime: { name: "containerd", version: "" },
    durationMs: Number(seconds) * 1000,
    images: rows,
  };
  assert.equal(`${table}\n`, renderFetchSummary(result));
});

test("the README's sample has the images that the demo fetches, in their order", () => {
  const names = listSeeds(5000).map(({ repository, tag }) => `${repository}:${tag}`);
  const shown = table.split("\n").slice(1, -2);
  assert.deepEqual(
    shown.map((line) => line.split(" ")[0]?.replace(/^[^/]*\//, "")),
    names,
  );
});
