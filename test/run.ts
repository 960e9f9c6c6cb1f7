import { appendFileSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineOptions, type InferOptions } from "../src/cli/options.ts";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { findTestFiles } from "./runner/find-files.ts";
import { renderFile, renderSlowest } from "./runner/report.ts";
import { runBatch } from "./runner/run-batch.ts";
import { type FileResult, runFile } from "./runner/run-file.ts";
import { type Counts, closingLine, isSuccess, sumCounts } from "./runner/summary.ts";

const usage = `Usage: test/run.ts [flags] FILE|DIRECTORY|GLOB...
Runs test files; ends with "N passed, N failed".
  --concurrency N       files at once (default: the processors)
  --together N          runs up to N files in one process, one after another (default 1)
  --timeout DURATION    limit for each process (default 5m)
  --slowest N           lists the N slowest tests
  --summary-file FILE   appends the counts to FILE
  --sum FILE            runs nothing and prints the sum of the counts in FILE
With CI=true a test that is skipped or to be done counts as failed.
`;

const table = defineOptions({
  concurrency: { type: "integer", min: 1, description: "Files at once" },
  together: { type: "integer", default: 1, min: 1, description: "Files in one process" },
  timeout: { type: "duration", defaultMs: 300_000, minMs: 1, description: "Limit for each file" },
  slowest: { type: "integer", default: 0, min: 0, description: "How many slow tests to list" },
  "summary-file": { type: "string", description: "File to append the counts to" },
  sum: { type: "string", description: "File to sum up" },
});

async function runFiles(
  files: readonly string[],
  options: InferOptions<typeof table>,
): Promise<FileResult[]> {
  const strict = process.env["CI"] === "true";
  const results: FileResult[] = [];
  const batches = splitIntoBatches(files, options.together).values();
  const work = async () => {
    for (const batch of batches) {
      const [file = ""] = batch;
      const ended =
        batch.length === 1
          ? [await runFile(file, options.timeoutMs, strict)]
          : await runBatch(batch, options.timeoutMs, strict);
      for (const result of ended) {
        results.push(result);
        process.stdout.write(renderFile(result, process.cwd()));
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? availableParallelism() }, work));
  return results;
}

function splitIntoBatches(files: readonly string[], size: number): string[][] {
  const count = Math.ceil(files.length / size);
  return Array.from({ length: count }, (_, index) => files.slice(index * size, (index + 1) * size));
}

async function runAll(patterns: readonly string[], options: InferOptions<typeof table>): Promise<Counts> {
  const results = await runFiles(findTestFiles(patterns), options);
  const counts = {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failures }) => sum + failures.length, 0),
  };
  if (options.slowest > 0) process.stdout.write(renderSlowest(results, options.slowest, process.cwd()));
  if (options.summaryFile !== undefined) appendFileSync(options.summaryFile, `${JSON.stringify(counts)}\n`);
  return counts;
}

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(table, argv);
  if (parsed.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { options, positionals } = parsed;
  if (options.sum === undefined && positionals.length === 0)
    throw new Error("no test file is named; see --help");
  const counts =
    options.sum === undefined
      ? await runAll(positionals, options)
      : sumCounts(readFileSync(options.sum, "utf8"));
  process.stdout.write(`${closingLine(counts)}\n`);
  return isSuccess(counts) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`test/run.ts: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
