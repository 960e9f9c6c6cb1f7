import type { Clock, Random } from "../lib/clock.ts";

/** A stream to write to, and what is at its other end. */
export interface Output {
  write(text: string): void;
  /** Undefined where it is no terminal. */
  readonly terminal: { columns(): number; rows(): number } | undefined;
}

/** Why the process was asked to stop. */
export class StopRequest extends Error {
  override readonly name = "StopRequest";
  /** 128 + the signal's number, as a shell says it. */
  readonly exitCode: number;

  constructor(signal: "SIGTERM" | "SIGINT") {
    super(`stopped by ${signal}`);
    this.exitCode = signal === "SIGTERM" ? 143 : 130;
  }
}

/** All that a subcommand knows of the process it runs in. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts on SIGTERM or SIGINT with a `StopRequest`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
}

/** Runs a subcommand to its exit status. Throws a `ConfigError` for what the user can mend. */
export type RunCommand = (argv: readonly string[], context: CliContext) => Promise<number>;
