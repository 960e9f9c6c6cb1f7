/** What node:test reports of one test or suite when it ended; children are reported before their parent. */
export interface Ended {
  readonly name: string;
  readonly nesting: number;
  readonly passed: boolean;
  readonly suite: boolean;
  readonly skip: boolean;
  readonly todo: boolean;
  readonly error?: unknown;
  /** node:test's own name for the kind of failure. */
  readonly failureType?: string;
  readonly durationMs: number;
}

export interface Failure {
  /** Names from the outermost suite to the test. */
  readonly name: string;
  readonly error: unknown;
}

export interface FileTally {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly slowest: readonly { readonly name: string; readonly durationMs: number }[];
}

/**
 * Counts the leaf tests of one file. Suites and tests with subtests count only where they fail by themselves
 * (a hook, an assertion of their own). `strict`: what is skipped or to be done counts as failed.
 */
export function tallyFile(file: string, ended: readonly Ended[], strict: boolean): FileTally {
  const failures: Failure[] = [];
  const leaves: { name: string; durationMs: number }[] = [];
  const trail: string[] = [];
  let passed = 0;
  // Backwards, a parent comes before its children.
  for (let index = ended.length - 1; index >= 0; index -= 1) {
    const test = ended[index];
    if (test === undefined) continue;
    trail.splice(test.nesting, trail.length, test.name);
    const name = trail.join(" › ");
    const leaf = !test.suite && (ended[index - 1]?.nesting ?? 0) <= test.nesting;
    const verdict = judge(file, test, leaf, strict);
    if (verdict === "passed") passed += 1;
    else if (verdict !== "ignored") failures.unshift({ name, error: verdict.error });
    if (leaf) leaves.unshift({ name, durationMs: test.durationMs });
  }
  if (ended.length === 0) failures.push({ name: file, error: "it reported no tests" });
  return { passed, failures, slowest: leaves.sort((a, b) => b.durationMs - a.durationMs) };
}

function judge(
  file: string,
  test: Ended,
  leaf: boolean,
  strict: boolean,
): "passed" | "ignored" | { error: unknown } {
  const pending = test.skip ? "skipped" : test.todo ? "to be done" : undefined;
  if (pending !== undefined)
    return strict ? { error: `it is ${pending}; with CI=true that is a failure` } : "ignored";
  if (!test.passed) return test.failureType === "subtestsFailed" ? "ignored" : { error: test.error };
  // node:test reports a file without tests as one test that has the file's name.
  if (test.name === file) return { error: "it holds no tests" };
  return leaf ? "passed" : "ignored";
}
