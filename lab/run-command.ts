import { spawn } from "node:child_process";
import { printable } from "../src/lib/printable.ts";
import type { Environment } from "./paths.ts";

export interface RunCommandOptions {
  readonly cwd?: string;
  readonly environment?: Environment;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end and resolves to its standard output. Throws with what it said where it fails. */
export function runCommand(
  command: readonly [string, ...string[]],
  options: RunCommandOptions = {},
): Promise<string> {
  const [program, ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.environment === undefined ? {} : { env: options.environment as NodeJS.ProcessEnv }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-4_000);
  });
  child.on("error", reject);
  child.on("close", (code, signal) => {
    if (code === 0) resolve(stdout);
    else reject(new Error(failure(command, code ?? signal, stderr)));
  });
  return promise;
}

function failure(command: readonly string[], status: number | string | null, stderr: string): string {
  const said = stderr
    .trim()
    .split("\n")
    .slice(-8)
    .map((line) => printable(line, 400))
    .join("\n  ");
  return `\`${command.join(" ")}\` failed (${status})${said === "" ? "" : `:\n  ${said}`}`;
}
