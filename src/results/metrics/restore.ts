import { rename } from "node:fs/promises";
import { ConfigError } from "../../lib/config-error.ts";
import type { Logger } from "../../lib/log.ts";
import { parseResultJson } from "./result-json.ts";
import { createResultMemory, type ResultMemory } from "./result-memory.ts";
import { readStateFile } from "./state-file-reader.ts";
import type { StoreLimits } from "./store.ts";

// A full memory makes less of its file: at most three bytes of one, twice, and what is pending.
const fileBytesPerByte = 8;

/**
 * The memory that the state file holds. A broken file is moved aside and the memory starts empty. Throws a
 * `ConfigError` for `--state-file` where the file cannot be read, or is broken and cannot be moved.
 */
export async function restoreMemory(
  path: string | undefined,
  limits: StoreLimits,
  log: Logger,
): Promise<ResultMemory> {
  if (path === undefined) return createResultMemory(limits);
  try {
    return await readMemory(path, limits, log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`--state-file: ${path}: ${reason}`, { cause: error });
  }
}

async function readMemory(path: string, limits: StoreLimits, log: Logger): Promise<ResultMemory> {
  const memory = createResultMemory(limits);
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
