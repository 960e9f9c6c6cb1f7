import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import type { SourceName } from "../sources/source.ts";
import type { AgentOptions } from "./agent-options.ts";

const names: readonly SourceName[] = ["fleets", "workloads", "list"];

/** Every value of a list flag: it may be repeated, and have commas between several. */
export function splitList(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(",")).flatMap((part) => part.trim() || []);
}

/** The sources that the flags ask for, each once, in the order of their priority. Throws a `ConfigError`. */
export function parseSources(options: Pick<AgentOptions, "source" | "imageListFile">): SourceName[] {
  const given = splitList(options.source).map(parseSource);
  const listed = options.imageListFile !== undefined;
  const wanted = new Set(given.length === 0 && !listed ? ["fleets"] : given);
  if (listed) wanted.add("list");
  return names.filter((name) => wanted.has(name));
}

function parseSource(text: string): SourceName {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new ConfigError(
    `--source: "${printable(text, 80)}" is not accepted; give one or more of ${names.join(", ")}`,
  );
}
