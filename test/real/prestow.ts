import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { assertClean } from "./clean-output.ts";
import { waitFor } from "./wait-for.ts";

const bundle = fileURLToPath(new URL("../../dist/prestow.cjs", import.meta.url));

export interface PrestowOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The run must have ended by then; else it is killed and the test fails. */
  readonly withinMs?: number;
}

/** What a run of the program came to. */
export interface PrestowRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface RunningPrestow {
  readonly pid: number;
  readonly ended: Promise<PrestowRun>;
  /** What it has logged so far. */
  stderr(): string;
  /** Waits until its log has this text. */
  said(text: string, withinMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** The command that runs the bundle as a user does, for those who start it in another program. */
export function prestowCommand(args: readonly string[]): [string, ...string[]] {
  return [process.execPath, bundle, ...args];
}

/** Starts the bundle. Every run must keep credentials and control characters out of what it writes. */
export function startPrestow(args: readonly string[], options: PrestowOptions = {}): RunningPrestow {
  const { env = {}, input = "" } = options;
  const [file, ...rest] = prestowCommand(args);
  const child = spawn(file, rest, { env: { PATH: process.env["PATH"], ...env } });
  const chunks = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    chunks.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    chunks.stderr += text;
  });
  // One that ends without reading its input is no error of the test.
  child.stdin.on("error", () => {}).end(input);
  const ended = waitForEnd(child, chunks, options.withinMs ?? 20_000);
  return {
    pid: child.pid ?? 0,
    ended,
    stderr: () => chunks.stderr,
    said: (text, withinMs) => waitFor(`prestow says ${text}`, () => chunks.stderr.includes(text), withinMs),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs the bundle to its end. */
export function runPrestow(args: readonly string[], options: PrestowOptions = {}): Promise<PrestowRun> {
  return startPrestow(args, options).ended;
}

async function waitForEnd(
  child: ChildProcess,
  chunks: { readonly stdout: string; readonly stderr: string },
  withinMs: number,
): Promise<PrestowRun> {
  const startMs = performance.now();
  const late = setTimeout(() => child.kill("SIGKILL"), withinMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => resolve([code, signal]));
  });
  clearTimeout(late);
  const durationMs = performance.now() - startMs;
  const { stdout, stderr } = chunks;
  assert.ok(durationMs < withinMs, `it had not ended after ${withinMs} ms:\n${stderr}`);
  assertClean(stdout);
  assertClean(stderr);
  return { code, signal, stdout, stderr, durationMs };
}
