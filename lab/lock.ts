import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Runs `work` while holding an exclusive lock on a file, which is made where it is missing and stays. flock(1) holds it
 * for us, waiting on a pipe of ours, so that the kernel lets go of the lock however this process ends.
 */
export async function withLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true });
  const holder = spawn("flock", ["--exclusive", lockFile, "sh", "-c", "echo; exec cat"], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(holder, "close");
  try {
    const outcome = await Promise.race([
      once(holder.stdout, "data").then(() => "held"),
      closed.then(() => "closed"),
    ]);
    if (outcome !== "held") throw new Error(`flock cannot lock ${lockFile}`);
    return await work();
  } finally {
    holder.stdin.end();
    await closed.catch(() => undefined);
  }
}
