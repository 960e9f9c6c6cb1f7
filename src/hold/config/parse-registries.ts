import { InvalidReferenceError, parseReference } from "../../image/reference.ts";
import { shownText } from "../../image/shown-text.ts";
import { ConfigError } from "../../lib/config-error.ts";

/** The registries of a variable, with commas, semicolons or white space between. Throws a `ConfigError`. */
export function parseRegistries(variable: string, text: string): string[] {
  const hosts = text.split(/[\s,;]+/).filter((host) => host !== "");
  for (const host of hosts) {
    if (!isRegistry(host))
      throw new ConfigError(
        `${variable}: "${shownText(host)}" is no registry as references name it; write host:port,host:port`,
      );
  }
  return hosts;
}

// What no reference could begin with would never be found in one.
function isRegistry(host: string): boolean {
  try {
    return parseReference(`${host}/image`).domain === host;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return false;
    throw error;
  }
}
