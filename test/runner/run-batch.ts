import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { collectEnded, type FileResult } from "./run-file.ts";
import { type Ended, tallyFile } from "./tally.ts";

const together = fileURLToPath(new URL("together.ts", import.meta.url));

/**
 * Runs several test files one after another in one process: starting one costs more than most of them take. The process is
 * ended after `timeoutMs`; files that it did not come to have failed.
 */
export async function runBatch(
  files: readonly string[],
  timeoutMs: number,
  strict: boolean,
): Promise<FileResult[]> {
  const paths = files.map((file) => resolve(file));
  const { ended, output } = await collectEnded({ file: together, argv: paths }, timeoutMs);
  const byFile = splitByFile(ended, paths);
  return files.map((file, index) => {
    const own = byFile.get(paths[index] ?? "");
    const tally =
      own === undefined
        ? { passed: 0, failures: [{ name: file, error: endOf(ended, timeoutMs) }], slowest: [] }
        : tallyFile(file, own.tests, strict);
    return {
      ...tally,
      file,
      durationMs: own?.durationMs ?? 0,
      output: tally.failures.length > 0 ? output : "",
    };
  });
}

interface Suite {
  readonly tests: readonly Ended[];
  readonly durationMs: number;
}

/** What each file's suite holds, as if the file had run alone. */
function splitByFile(ended: readonly Ended[], paths: readonly string[]): Map<string, Suite> {
  const suites = new Map<string, Suite>();
  let tests: Ended[] = [];
  for (const test of ended) {
    if (test.nesting > 0) {
      tests.push({ ...test, nesting: test.nesting - 1 });
      continue;
    }
    if (paths.includes(test.name)) {
      // Where the file itself broke, and not one of its tests.
      const broke = !test.passed && test.failureType !== "subtestsFailed";
      if (broke) tests.push({ ...test, suite: false });
      suites.set(test.name, { tests, durationMs: test.durationMs });
    }
    tests = [];
  }
  return suites;
}

function endOf(ended: readonly Ended[], timeoutMs: number): unknown {
  const last = ended.at(-1);
  return last?.nesting === 0 && !last.passed
    ? last.error
    : `the files before it did not end within ${timeoutMs / 1000} s`;
}
