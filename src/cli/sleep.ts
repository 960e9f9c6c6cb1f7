import { longestTimerMs } from "../lib/clock.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
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
  const [extra] = parsed.positionals;
  if (extra !== undefined) {
    throw new ConfigError(`sleep: "${printable(extra, 60)}" is one argument too many; it takes none`);
  }
  while (!context.signal.aborted) await context.clock.sleep(longestTimerMs, context.signal).catch(() => {});
  return exitCodes.ok;
}
