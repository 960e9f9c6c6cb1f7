import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withLock } from "../lock.ts";

/**
 * The folder, filled by `build` where it is missing. It is built under another name and then renamed, so that it is
 * whole or absent; of two runs at once one builds and the other waits for it.
 */
export async function installOnce(folder: string, build: (into: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return folder;
    await buildBeside(folder, build);
    return folder;
  });
}

async function buildBeside(folder: string, build: (into: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(join(dirname(folder), ".building-"));
  try {
    await build(temporary);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
