import { longestTimerMs } from "../lib/clock.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";
import { sleepCommand } from "./sleep-options.ts";

/** `prestow sleep`; a stop is what it waits for, so that is success. */
export async function runSleepCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(sleepCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(sleepCommand));
    return exitCodes.ok;
  }
  while (!context.signal.aborted) await context.clock.sleep(longestTimerMs, context.signal).catch(() => {});
  return exitCodes.ok;
}
