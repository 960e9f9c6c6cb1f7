import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { printable } from "../src/lib/printable.ts";
import type { Command } from "./contestants.ts";
import { type ProcessMemory, readProcessMemory } from "./process-memory.ts";

/** One run of a program from its start to its end. */
export interface MeasuredRun {
  /** Unix time. */
  readonly startedAtMs: number;
  readonly totalMs: number;
  readonly stdout: string;
  /** The highest seen of each; only where memory was asked for. */
  readonly peak: ProcessMemory | undefined;
}

export interface MeasureOptions {
  readonly signal: AbortSignal;
  /** Looks at its memory this often; each look costs the machine a little. */
  readonly memoryEveryMs?: number;
}

/** Nothing of ours is passed on: no proxy, no node name, no interpreter option. */
const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/** Runs a program and measures it. Throws with the end of what it said where it fails. */
export async function measureRun(command: Command, options: MeasureOptions): Promise<MeasuredRun> {
  const startMs = performance.now();
  const child = start(command, options.signal);
  const output = { stdout: collect(child.stdout), stderr: collect(child.stderr) };
  const memory = sampleMemory(child, options.memoryEveryMs);
  try {
    const [code, signal]: unknown[] = await once(child, "close");
    const totalMs = performance.now() - startMs;
    if (code !== 0) throw new Error(`${code ?? signal}: ${printable(output.stderr().slice(-2000), 2000)}`);
    const startedAtMs = performance.timeOrigin + startMs;
    return { startedAtMs, totalMs, stdout: output.stdout(), peak: memory.peak() };
  } catch (error) {
    options.signal.throwIfAborted();
    throw new Error(`\`${command.join(" ")}\` failed: ${error instanceof Error ? error.message : error}`);
  } finally {
    memory.stop();
  }
}

/** Starts a program that ends with the signal. */
export function start(command: Command, signal: AbortSignal): ChildProcess {
  const [program, ...args] = command;
  return spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], signal });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function sampleMemory(child: ChildProcess, everyMs: number | undefined) {
  let peak: ProcessMemory | undefined;
  const look = () => {
    const now = child.pid === undefined ? undefined : readProcessMemory(child.pid);
    if (now !== undefined) peak = peak === undefined ? now : highest(peak, now);
  };
  const timer = everyMs === undefined ? undefined : setInterval(look, everyMs);
  return { peak: () => peak, stop: () => clearInterval(timer) };
}

function highest(a: ProcessMemory, b: ProcessMemory): ProcessMemory {
  return {
    residentBytes: Math.max(a.residentBytes, b.residentBytes),
    peakResidentBytes: Math.max(a.peakResidentBytes, b.peakResidentBytes),
    anonymousBytes: Math.max(a.anonymousBytes, b.anonymousBytes),
  };
}
