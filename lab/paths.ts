import { createHash } from "node:crypto";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Environment variables, as an argument. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where installed tools are kept: `PRESTOW_CACHE`, else `prestow` in the user's cache folder. */
export function cacheFolder(environment: Environment): string {
  const named = environment["PRESTOW_CACHE"];
  if (named) return resolve(named);
  const base = environment["XDG_CACHE_HOME"] || join(environment["HOME"] || homedir(), ".cache");
  return join(resolve(base), "prestow");
}

/**
 * Where the running lab keeps its state: `PRESTOW_LAB_STATE`, else a folder of this user's among the temporary files.
 * Short, because Unix socket paths below it may not be longer than 107 bytes.
 */
export function labFolder(environment: Environment, userId: number): string {
  const named = environment["PRESTOW_LAB_STATE"];
  if (named) return resolve(named);
  return join(resolve(environment["TMPDIR"] || tmpdir()), `prestow-lab-${userId}`);
}

/** The lock that lets one `up` or `down` at a time work on a lab folder. */
export function labLockFile(cache: string, folder: string): string {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(cache, "locks", `lab-${name}.lock`);
}
