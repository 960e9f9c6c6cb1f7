import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../lib/clock.ts";

export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: string;
}

export interface ProcessLimits {
  readonly timeoutMs: number;
  readonly maxStdoutBytes: number;
  /** What is beyond is read and dropped. */
  readonly maxStderrBytes: number;
  /** How long a pipe may stay open once the process has ended: a child of it may hold it for ever. */
  readonly drainMs: number;
}

// Only the code of the system's error: the error itself quotes arguments and environment.
interface SpawnFailure {
  readonly kind: "spawn";
  readonly code: string;
}

/** How a process ended; `status` is an exit status or the name of a signal. */
export type ProcessResult =
  | {
      readonly kind: "exit";
      readonly status: number | string;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "timeout" | "output-too-large"; readonly stdout: string; readonly stderr: string }
  | SpawnFailure;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
type Ending = "closed" | "drained" | "timeout" | "output-too-large" | SpawnFailure;

/**
 * Runs a program until it and its pipes are closed, or to a limit. It gets its own process group, which is
 * killed whole at a limit. A program that ended is not blamed for a child that holds its pipe: after
 * `drainMs` the child is killed, and what was written counts. Throws the signal's reason where that aborts.
 */
export async function runBoundedProcess(
  request: ProcessRequest,
  limits: ProcessLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProcessResult> {
  signal.throwIfAborted();
  const child = start(request);
  if ("kind" in child) return child;
  const stdout = collect(child.stdout, limits.maxStdoutBytes);
  const stderr = collect(child.stderr, limits.maxStderrBytes);
  const ended = new AbortController();
  const bounds = AbortSignal.any([ended.signal, signal]);
  let ending: Ending | undefined;
  try {
    ending = await Promise.race([
      stdout.overflow.then((): Ending => "output-too-large"),
      waitForEnd(child, () => clock.sleep(limits.drainMs, bounds)),
      clock.sleep(limits.timeoutMs, bounds).then((): Ending => "timeout"),
    ]);
    if (typeof ending === "object") return ending;
    const written = { stdout: stdout.text(), stderr: stderr.text() };
    if (ending === "timeout" || ending === "output-too-large") return { kind: ending, ...written };
    return { kind: "exit", status: child.exitCode ?? child.signalCode ?? "unknown", ...written };
  } finally {
    ended.abort();
    if (ending !== "closed") kill(child);
  }
}

function start({ file, args, env, stdin }: ProcessRequest): Child | SpawnFailure {
  try {
    const child = spawn(file, args, { env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    // A program need not read its input; the error then only says so.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    return child;
  } catch (error) {
    return createSpawnFailure(error);
  }
}

// Both are listened to from the start: "close" may come in the same turn as "exit".
async function waitForEnd(child: Child, drain: () => Promise<void>): Promise<Ending> {
  const closed = once(child, "close").then((): Ending => "closed");
  closed.catch(() => {});
  try {
    await once(child, "exit");
  } catch (error) {
    return createSpawnFailure(error);
  }
  return Promise.race([closed, drain().then((): Ending => "drained")]);
}

function createSpawnFailure(error: unknown): SpawnFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return { kind: "spawn", code };
}

function collect(stream: Readable, maxBytes: number): { text(): string; overflow: Promise<void> } {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  const overflow = new Promise<void>((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      if (left > 0) chunks.push(chunk.subarray(0, left));
      if (chunk.length > left) resolve();
      left = Math.max(0, left - chunk.length);
    });
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), overflow };
}

// A child that left the group lives on, but without the pipes it keeps nobody waiting.
function kill(child: Child): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
