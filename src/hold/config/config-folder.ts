import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBoundedFile, unreadable } from "../../lib/bounded-file.ts";
import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";
import { type HoldVariable, holdVariables } from "./variables.ts";

const what = "--config-dir";
/** Kubernetes lets no ConfigMap be larger. */
const maxBytes = 1024 * 1024;
/** The kubelet takes the old folder away while it is read: a variable that is missing then is not missing. */
const mostAttempts = 10;

/**
 * The variables of a mounted ConfigMap: one file for each, named as it; other files mean nothing. Throws a `ConfigError`
 * where the folder or a file cannot be read.
 */
export async function readConfigFolder(dir: string): Promise<Map<HoldVariable, string>> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const folder = await findFolder(dir);
    const reading = readVariables(folder);
    await Promise.allSettled([reading]);
    if ((await findFolder(dir)) === folder) return await reading;
  }
  throw new ConfigError(`${what} ${printable(dir, 300)}: it changes faster than it can be read`);
}

async function readVariables(folder: string): Promise<Map<HoldVariable, string>> {
  const variables = new Map<HoldVariable, string>();
  for (const name of holdVariables) {
    const text = await readVariableFile(join(folder, name));
    if (text !== undefined) variables.set(name, text);
  }
  return variables;
}

/** The folder itself, or the one that the kubelet's link names now: it swaps the link, so that all files are of one version. */
async function findFolder(dir: string): Promise<string> {
  try {
    if (!(await stat(dir)).isDirectory())
      throw new ConfigError(
        `${what} ${printable(dir, 300)}: it is no folder; name the one of the mounted ConfigMap`,
      );
    return await realpath(join(dir, "..data")).catch(() => dir);
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(dir, what, error);
  }
}

async function readVariableFile(path: string): Promise<string | undefined> {
  const info = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw unreadable(path, what, error);
  });
  if (info === undefined) return undefined;
  // A pipe would never end.
  if (!info.isFile()) throw new ConfigError(`${what} ${printable(path, 300)}: it is no regular file`);
  return await readBoundedFile(path, what, maxBytes);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
