import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

const checkout = join(import.meta.dirname, "../..");

/**
 * The bundle of the sources as they are now. It is made in a folder of its own, because tests may be running the one
 * in the checkout.
 */
export async function buildBundle(signal?: AbortSignal): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-bundle-"));
  try {
    await symlink(join(checkout, "src"), join(folder, "src"));
    const command = [process.execPath, join(checkout, "scripts/bundle.ts")] as const;
    await runCommand([...command], { cwd: folder, ...(signal ? { signal } : {}) });
    return await readFile(join(folder, "dist/prestow.cjs"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
