import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

const checkout = join(import.meta.dirname, "../..");

/** What scripts/bundle.ts makes, by its file name. */
export const bundleNames = ["prestow.cjs", "agent.cjs"] as const;
export type Bundles = ReadonlyMap<string, Buffer>;

/**
 * The bundles of the sources as they are now. They are made in a folder of their own, because tests may be running those
 * in the checkout.
 */
export async function buildBundles(signal?: AbortSignal): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-bundle-"));
  try {
    await symlink(join(checkout, "src"), join(folder, "src"));
    const command = [process.execPath, join(checkout, "scripts/bundle.ts")] as const;
    await runCommand([...command], { cwd: folder, ...(signal ? { signal } : {}) });
    const files = bundleNames.map(
      async (name) => [name, await readFile(join(folder, "dist", name))] as const,
    );
    return new Map(await Promise.all(files));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
