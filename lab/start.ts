import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkSocketPath, containerdSocket, startContainerd } from "./containerd.ts";
import { seedImages } from "./images.ts";
import type { InstallContext } from "./install/context.ts";
import { type ContainerdKind, installContainerd, installRegistry } from "./install/tools.ts";
import type { ProcessIdentity } from "./process.ts";
import { startRegistry } from "./registry.ts";
import { renderDockerConfig } from "./registry-config.ts";
import { createLabFolder, type LabEndpoints, recordEndpoints, recordProcess } from "./state.ts";
import { stopLab } from "./stop.ts";

export interface StartOptions {
  readonly folder: string;
  readonly containerd?: ContainerdKind;
  /** The size of each image of the list. */
  readonly imageBytes: number;
  readonly install: InstallContext;
}

interface Binaries {
  readonly containerd: string;
  readonly registry: string;
}

function nodeFolder(folder: string): string {
  return join(folder, "node1");
}

async function startRegistries(options: StartOptions, binDir: string): Promise<[string, string]> {
  const start = async (name: string, login: boolean): Promise<string> => {
    const stateDir = join(options.folder, name);
    const { host } = await startRegistry(
      { binDir, stateDir, login, outlivesParent: true, onSpawn: recorder(options.folder, name) },
      options.install.signal,
    );
    return host;
  };
  return [await start("registry", false), await start("private-registry", true)];
}

function recorder(folder: string, name: string): (identity: ProcessIdentity) => void {
  return (identity) => recordProcess(folder, { name, ...identity });
}

async function startParts(options: StartOptions, binaries: Binaries): Promise<LabEndpoints> {
  const { folder, install } = options;
  const { signal } = install;
  const [registry, privateRegistry] = await startRegistries(options, binaries.registry);
  const containerd = await startContainerd(
    {
      binDir: binaries.containerd,
      stateDir: nodeFolder(folder),
      plainHttpRegistries: [registry, privateRegistry],
      outlivesParent: true,
      onSpawn: recorder(folder, "containerd"),
    },
    signal,
  );
  const images = await seedImages({
    registry,
    privateRegistry,
    imageBytes: options.imageBytes,
    ...(signal ? { signal } : {}),
  });
  const imagesFile = join(folder, "images.txt");
  const dockerConfigFile = join(folder, "docker-config.json");
  await writeFile(imagesFile, images.list.map((ref) => `${ref}\n`).join(""));
  await writeFile(dockerConfigFile, renderDockerConfig([privateRegistry]), { mode: 0o600 });
  return {
    registry,
    privateRegistry,
    criSocket: containerd.socket,
    containerdVersion: containerd.version,
    ...(options.containerd ? { containerdKind: options.containerd } : {}),
    imagesFile,
    dockerConfigFile,
    binDirs: [...new Set([binaries.containerd, binaries.registry])],
  };
}

/**
 * Installs what is missing, starts the registries and the containerd of node 1 so that they outlive this process, and
 * fills the registries. Where anything fails, what was started is ended again before the error is thrown.
 */
export async function startLab(options: StartOptions): Promise<LabEndpoints> {
  const { folder, install } = options;
  checkSocketPath(containerdSocket(nodeFolder(folder)));
  const containerd = await installContainerd(options.containerd, install);
  const registry = await installRegistry(install);
  await createLabFolder(folder);
  try {
    const endpoints = await startParts(options, { containerd, registry });
    recordEndpoints(folder, endpoints);
    return endpoints;
  } catch (error) {
    await stopLab(folder);
    throw error;
  }
}
