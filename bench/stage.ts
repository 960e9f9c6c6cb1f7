import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BuiltImage, buildImage, type LayerSpec } from "../lab/images/build.ts";
import { pushImage } from "../lab/images/push.ts";
import type { InstallContext } from "../lab/install/context.ts";
import { installRegistry } from "../lab/install/tools.ts";
import { startRegistry } from "../lab/registry.ts";
import { runCommand } from "../lab/run-command.ts";
import { createChannel } from "../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../src/runtime/cri.ts";
import type { ImageRuntime } from "../src/runtime/runtime.ts";
import { startTestContainerd } from "../test/containerd/matrix.ts";

/** What all contestants run on: one registry and one containerd. */
export interface Stage {
  readonly runtime: ImageRuntime;
  readonly socket: string;
  readonly containerdVersion: string;
  /** Fills a repository for each image, and writes their references to a list file. */
  publish(name: string, images: readonly (readonly LayerSpec[])[]): Promise<ImageList>;
  /** Takes every image and all content out of the containerd. Throws where something stays. */
  makeCold(): Promise<void>;
  close(): Promise<void>;
}

export interface ImageList {
  readonly file: string;
  readonly images: readonly string[];
}

const callTimeoutMs = 30_000;

/** Starts a private registry and a private containerd, their files below `folder`. */
export async function startStage(folder: string, install: InstallContext): Promise<Stage> {
  const { signal } = install;
  const stateDir = join(folder, "registry");
  await mkdir(stateDir, { recursive: true });
  const registry = await startRegistry({ binDir: await installRegistry(install), stateDir }, signal);
  try {
    const containerd = await startTestContainerd("cached", { plainHttpRegistries: [registry.host] });
    const runtime = createCriRuntime(createChannel({ target: { path: containerd.socket } }));
    return {
      runtime,
      socket: containerd.socket,
      containerdVersion: containerd.version,
      publish: (name, specs) => publish(registry.host, folder, name, specs, signal),
      makeCold: () => makeCold(runtime, join(dirname(containerd.socket), "root")),
      async close() {
        runtime.close();
        await Promise.all([containerd.dispose(), registry.stop()]);
      },
    };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

async function publish(
  registry: string,
  folder: string,
  name: string,
  specs: readonly (readonly LayerSpec[])[],
  signal: AbortSignal | undefined,
): Promise<ImageList> {
  const images: string[] = [];
  for (const [index, layers] of specs.entries()) {
    const repository = `${name}/image${index + 1}`;
    const image: BuiltImage = buildImage({ layers });
    await pushImage({ registry, repository, tag: "v1", image, ...(signal && { signal }) });
    images.push(`${registry}/${repository}:v1`);
  }
  const file = join(folder, `${name}.txt`);
  await writeFile(file, images.map((image) => `${image}\n`).join(""));
  return { file, images };
}

async function makeCold(runtime: ImageRuntime, root: string): Promise<void> {
  const bounds = { timeoutMs: callTimeoutMs };
  // containerd deletes the last name of an image and all that only it needed before it answers.
  for (const { id } of await runtime.listImages(bounds)) await runtime.removeImage(id, bounds);
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    const left = await listStored(root);
    if (left.length === 0) break;
    if (performance.now() > deadlineMs) throw new Error(`the store does not get cold: ${left.join(", ")}`);
    await delay(20);
  }
  // What the last contestant wrote is not to be written on the next one's time.
  await runCommand(["sync"]);
}

/** The content and the unpacked layers that a containerd has on disk. */
async function listStored(root: string): Promise<string[]> {
  const plugins = await readdir(root);
  const snapshotters = plugins.filter((name) => name.startsWith("io.containerd.snapshotter."));
  const content = await listFolder(join(root, "io.containerd.content.v1.content/blobs/sha256"));
  const snapshots = await Promise.all(snapshotters.map((name) => listFolder(join(root, name, "snapshots"))));
  return [...content, ...snapshots.flat()];
}

async function listFolder(path: string): Promise<string[]> {
  return await readdir(path).catch(() => []);
}
