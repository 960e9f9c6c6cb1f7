import { rename } from "node:fs/promises";
import type { Logger } from "../../lib/log.ts";
import { parseResultJson } from "./result-json.ts";
import { createResultMemory, type ResultMemory } from "./result-memory.ts";
import { readStateFile } from "./state-file-reader.ts";
import type { StoreLimits } from "./store.ts";

// A full memory makes less of its file: at most three bytes of one, twice, and what is pending.
const fileBytesPerByte = 8;

/**
 * The memory that the state file holds. A broken file is moved aside and the memory starts empty. Throws the
 * system's error where the file can be neither read nor moved.
 */
export async function restoreMemory(
  path: string | undefined,
  limits: StoreLimits,
  log: Logger,
): Promise<ResultMemory> {
  const memory = createResultMemory(limits);
  if (path === undefined) return memory;
  const found = await readStateFile(path, fileBytesPerByte * limits.maxBytes, (line) =>
    memory.remember(parseResultJson(line)),
  );
  if (found.condition === "broken") {
    const aside = `${path}.broken`;
    await rename(path, aside);
    log.warn("the state file is broken; it is kept aside and all starts empty", {
      path,
      aside,
      reason: found.reason,
    });
    return createResultMemory(limits);
  }
  const { condition } = found;
  if (condition !== "missing") log.info("state file read", { path, condition, results: memory.store.size });
  return memory;
}
