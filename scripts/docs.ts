import { readFileSync, writeFileSync } from "node:fs";
import { commands } from "../src/cli/commands.ts";
import { renderFlagsMarkdown } from "../src/cli/flags-markdown.ts";
import { renderAgentMetricsMarkdown } from "./agent-metrics-markdown.ts";
import { type RecordedError, renderErrorsMarkdown } from "./errors-markdown.ts";
import { renderHoldMetricsMarkdown } from "./hold-metrics-markdown.ts";
import { installManifests, renderInstallManifest } from "./install-manifests.ts";

interface Page {
  readonly path: string;
  readonly text: string;
  /** What the page is made of. */
  readonly source: string;
}

const root = new URL("../", import.meta.url);

function readText(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, root), "utf8");
  } catch {
    return undefined;
  }
}

function readRecorded(): RecordedError[] {
  return JSON.parse(readText("src/runtime/testdata/containerd-errors.json") ?? "[]");
}

const pages: readonly Page[] = [
  {
    path: "docs/flags.md",
    text: renderFlagsMarkdown(commands),
    source: "the options tables in src/cli",
  },
  {
    path: "docs/errors.md",
    text: renderErrorsMarkdown(readRecorded()),
    source: "the retry table in src/plan/retry.ts and the recorded messages",
  },
  {
    path: "docs/agent-metrics.md",
    text: renderAgentMetricsMarkdown(),
    source: "the table in src/results/agent/metric-table.ts",
  },
  {
    path: "docs/hold-metrics.md",
    text: renderHoldMetricsMarkdown(),
    source: "the table in src/hold/telling/hold-metric-table.ts",
  },
  ...(await Promise.all(
    installManifests.map(async (manifest) => ({
      path: `deploy/${manifest.file}`,
      text: await renderInstallManifest(manifest),
      source: "prestow deploy",
    })),
  )),
];

// Writes the generated pages; with --check only tells whether they are what their sources say.
const check = process.argv.includes("--check");
for (const { path, text, source } of pages) {
  if (!check) {
    writeFileSync(new URL(path, root), text);
  } else if (readText(path) !== text) {
    process.stderr.write(`${path} is not what ${source} say: run "make update"\n`);
    process.exitCode = 1;
  }
}
