import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { type Ended, type FileTally, tallyFile } from "./tally.ts";

export interface FileResult extends FileTally {
  readonly file: string;
  readonly durationMs: number;
  /** All that the file wrote, both streams. */
  readonly output: string;
}

/** Runs one test file in a process of its own, which is ended after `timeoutMs`. */
export async function runFile(file: string, timeoutMs: number, strict: boolean): Promise<FileResult> {
  const startedMs = performance.now();
  const { ended, output } = await collectEnded({ file, argv: [] }, timeoutMs);
  const tally = tallyFile(file, ended, strict);
  return { ...tally, file, durationMs: performance.now() - startedMs, output };
}

/** All that a process reports that runs this file with these arguments, and what it wrote. */
export async function collectEnded(
  { file, argv }: { readonly file: string; readonly argv: readonly string[] },
  timeoutMs: number,
): Promise<{ ended: Ended[]; output: string }> {
  const ended: Ended[] = [];
  const output: string[] = [];
  const timeout = AbortSignal.timeout(timeoutMs);
  // The option "timeout" of node:test ends a test, but not a file that keeps its process alive.
  for await (const event of run({ files: [file], argv: [...argv], concurrency: 1, signal: timeout })) {
    if (event.type === "test:stdout" || event.type === "test:stderr") output.push(event.data.message);
    const test = toEnded(event);
    if (test !== undefined) ended.push(timeout.aborted ? explain(test, file, timeoutMs) : test);
  }
  return { ended, output: output.join("") };
}

function explain(test: Ended, file: string, timeoutMs: number): Ended {
  return test.name === file ? { ...test, error: `the file did not end within ${timeoutMs / 1000} s` } : test;
}

/** The failure as thrown; where the process ended badly, its exit code or signal. */
function unwrap(error: Error): unknown {
  if ("exitCode" in error && typeof error.exitCode === "number")
    return `it ended with exit code ${error.exitCode}`;
  if ("signal" in error && typeof error.signal === "string") return `it was ended by ${error.signal}`;
  return error.cause ?? error;
}

function toEnded(event: TestEvent): Ended | undefined {
  if (event.type !== "test:pass" && event.type !== "test:fail") return undefined;
  const { name, nesting, skip, todo, details } = event.data;
  const error = "error" in details ? details.error : undefined;
  return {
    name,
    nesting,
    passed: event.type === "test:pass",
    suite: details.type === "suite",
    skip: skip !== undefined && skip !== false,
    todo: todo !== undefined && todo !== false,
    error: error === undefined ? undefined : unwrap(error),
    durationMs: details.duration_ms,
    ...(error !== undefined && "failureType" in error && { failureType: String(error.failureType) }),
  };
}
