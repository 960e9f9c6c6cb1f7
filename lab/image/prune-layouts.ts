import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const prefix = "image-";

/** The folder of the cache for an image. */
export function layoutFolder(cache: string, variant: string, name: string): string {
  return join(cache, `${prefix}${variant}-${name}`);
}

/** Removes from the cache all images but those that were used last, and their locks. */
export async function pruneLayouts(cache: string, keep: number): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.startsWith(prefix) && !name.endsWith(".lock"));
  const used = await Promise.all(
    names.map(async (name) => ({ name, usedMs: (await stat(join(cache, name))).mtimeMs })),
  );
  const old = used.sort((a, b) => b.usedMs - a.usedMs).slice(keep);
  for (const { name } of old) {
    // Renamed first, so that nobody finds half of it. Another run may have been quicker.
    const removing = join(cache, `.removing-${name}`);
    await rename(join(cache, name), removing).catch(() => undefined);
    await rm(removing, { recursive: true, force: true });
    await rm(join(cache, `${name}.lock`), { force: true });
  }
}
