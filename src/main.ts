import { type CliContext, type Output, StopRequest } from "./cli/context.ts";
import { runCommandLine } from "./cli/run.ts";
import { systemClock } from "./lib/clock.ts";

function createOutput(stream: NodeJS.WriteStream): Output {
  // Who reads has gone away (`| head`): nothing is left to say it to.
  stream.on("error", () => {});
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
});
