import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { programEnvironment } from "../containerd-program.ts";
import { buildImage } from "../images/build.ts";
import { pushImage } from "../images/push.ts";
import { seedImages } from "../images.ts";
import { runCommand } from "../run-command.ts";
import { enterCommand } from "./enter.ts";
import type { Holder } from "./hub.ts";
import { network } from "./network.ts";
import { buildNodeImage } from "./node-image.ts";

const registry = `${network.hub}:${network.registryPort}`;
const privateRegistry = `${network.hub}:${network.privateRegistryPort}`;

/** The registries of a cluster's lab. */
export const clusterRegistries = { registry, privateRegistry } as const;

/** Images that the cluster itself and its tests need, by reference. */
export const clusterImages = {
  pause: `${registry}/lab/pause:1`,
  /** A static busybox, and the same as `/bin/sh`. */
  shell: `${registry}/lab/shell:1`,
  /** The checkout's Node.js. */
  node: `${registry}/lab/node:24`,
} as const;

/** What the registries are filled with. */
export interface ClusterSeed {
  readonly imageBytes: number;
  /** The files of static programs. */
  readonly pause: string;
  readonly busybox: string;
}

async function pushProgram(repository: string, paths: readonly string[], file: string): Promise<void> {
  const bytes = await readFile(file);
  const files = paths.map((path) => ({ path, bytes, mode: 0o755 }));
  const image = buildImage({ layers: [], files, entrypoint: [`/${paths[0]}`] });
  await pushImage({ registry, repository, tag: "1", image });
}

/** Fills the registries from inside the hub; resolves to the references of the list. */
export async function seedCluster(seed: ClusterSeed): Promise<readonly string[]> {
  await pushProgram("lab/pause", ["pause"], seed.pause);
  await pushProgram("lab/shell", ["bin/busybox", "bin/sh"], seed.busybox);
  const node = await buildNodeImage(process.execPath);
  await pushImage({ registry, repository: "lab/node", tag: "24", image: node });
  const { list } = await seedImages({ registry, privateRegistry, imageBytes: seed.imageBytes });
  return list;
}

/** Has the registries filled from inside the hub, by a process of its own; resolves to the references of the list. */
export async function runSeed(hub: Holder, seed: ClusterSeed, signal?: AbortSignal): Promise<string[]> {
  const script = join(import.meta.dirname, "seed-main.ts");
  const enter = enterCommand({ pid: hub.pid, kinds: ["net"] });
  const environment = programEnvironment("/usr/bin");
  const output = await runCommand([...enter, process.execPath, script, JSON.stringify(seed)], {
    environment,
    ...(signal ? { signal } : {}),
  });
  return output.trim().split("\n");
}
