import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";

/** A `ConfigError` about one flag (`--secret`) or argument (`NAME`). */
export function flagError(flag: string, reason: string): ConfigError {
  return new ConfigError(`${flag}: ${printable(reason)}`);
}

/** What the user gave, safe and short enough for a message. */
export function quote(text: string): string {
  return `"${printable(text, 80)}"`;
}
