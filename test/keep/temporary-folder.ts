import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A folder that is gone after the test, and after what `settled` waits for: the last write into it. */
export async function temporaryFolder(t: TestContext, settled?: () => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-k-"));
  t.after(async () => {
    await settled?.();
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}
