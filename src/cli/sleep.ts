import type { Command } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { defineOptions } from "./options.ts";
import { parseArguments } from "./parse-arguments.ts";

/** `prestow sleep` as help, docs and the parser know it. */
export const sleepCommand = {
  name: "sleep",
  summary: "wait until SIGTERM or SIGINT, then exit 0",
  description:
    "Keeps a container alive after its init container has fetched the images; for manifests of image-prefetcher. It takes no flags and does nothing else.",
  usage: "",
  options: defineOptions({
    debug: { type: "boolean", hidden: true, description: "accepted, without effect" },
  }),
  examples: [],
} satisfies Command;

// The longest that a timer can wait; what matters is that one keeps the process alive.
const longMs = 2 ** 31 - 1;

/** `prestow sleep`; a stop is what it waits for, so that is success. */
export async function runSleepCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(sleepCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(sleepCommand));
    return exitCodes.ok;
  }
  while (!context.signal.aborted) await context.clock.sleep(longMs, context.signal).catch(() => {});
  return exitCodes.ok;
}
