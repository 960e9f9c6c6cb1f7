import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installOnce } from "../../install/cached.ts";
import type { InstallContext } from "../../install/context.ts";
import { findProgramFolder } from "../../install/which.ts";
import { runCommand } from "../../run-command.ts";

const source = join(import.meta.dirname, "..", "pause", "pause.c");

/** The static program of the pods' sandboxes, compiled into the cache; resolves to its file. */
export async function installPause(context: InstallContext): Promise<string> {
  const hash = createHash("sha256")
    .update(await readFile(source))
    .digest("hex")
    .slice(0, 8);
  const folder = await installOnce(join(context.cache, `pause-${hash}-${process.arch}`), async (into) => {
    if (findProgramFolder("gcc", context.environment) === undefined)
      throw new Error("the pause program is C and there is no gcc on PATH: install gcc and libc6-dev");
    const command = [
      "gcc",
      "-Os",
      "-s",
      "-static",
      "-Wall",
      "-Werror",
      "-o",
      join(into, "pause"),
      source,
    ] as const;
    await runCommand([...command], { environment: context.environment });
  });
  return join(folder, "pause");
}
