import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Containerd, type ContainerdOptions, startContainerd } from "../../lab/containerd.ts";
import { type ContainerdKind, installContainerd } from "../../lab/install/tools.ts";
import { cacheFolder } from "../../lab/paths.ts";

/** The containerds that everything is proved on: the newest, built from its Go module, and Debian's 1.6. */
export const containerdMatrix: readonly ContainerdKind[] = ["cached", "debian"];

export interface TestContainerd extends Containerd {
  /** Stops it and removes its files. */
  dispose(): Promise<void>;
}

export type TestContainerdOptions = Partial<Omit<ContainerdOptions, "binDir" | "stateDir">>;

/** A private containerd of one kind in a temporary folder, installed where it is not yet. */
export async function startTestContainerd(
  kind: ContainerdKind,
  options: TestContainerdOptions = {},
): Promise<TestContainerd> {
  const environment = process.env;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const binDir = await installContainerd(kind, { cache: cacheFolder(environment), environment, say });
  const stateDir = await mkdtemp(join(tmpdir(), "prestow-t-"));
  const removeFiles = () => rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  try {
    const containerd = await startContainerd({ binDir, stateDir, plainHttpRegistries: [], ...options });
    return {
      socket: containerd.socket,
      version: containerd.version,
      logFile: containerd.logFile,
      get pid() {
        return containerd.pid;
      },
      kill: (signal) => containerd.kill(signal),
      restart: () => containerd.restart(),
      stop: () => containerd.stop(),
      async dispose() {
        await containerd.stop();
        await removeFiles();
      },
    };
  } catch (error) {
    await removeFiles();
    throw error;
  }
}
