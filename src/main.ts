import { writeSync } from "node:fs";
import { type CliContext, type Output, StopRequest } from "./cli/context.ts";
import { runCommandLine } from "./cli/run.ts";
import { systemClock } from "./lib/clock.ts";

/** Why the result did not reach its file, such as a full disk. */
let unwritten: Error | undefined;

function createOutput(stream: NodeJS.WriteStream): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Who reads has gone away (`| head`): nothing is left to say it to.
    if (error.code === "EPIPE") return;
    unwritten = error;
  });
  const terminal = { columns: () => stream.columns, rows: () => stream.rows };
  return { write: (text) => stream.write(text), terminal: stream.isTTY ? terminal : undefined };
}

function createStopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => stop.abort(new StopRequest(name)));
  }
  return stop.signal;
}

const context: CliContext = {
  env: process.env,
  stdout: createOutput(process.stdout),
  stderr: createOutput(process.stderr),
  signal: createStopSignal(),
  clock: systemClock,
  random: Math.random,
};

runCommandLine(process.argv.slice(2), context).then((code) => {
  process.exitCode = code;
  process.on("exit", () => {
    if (unwritten === undefined) return;
    process.exitCode = code === 0 ? 1 : code;
    writeSync(2, `prestow: the output was not written: ${unwritten.message}\n`);
  });
});
