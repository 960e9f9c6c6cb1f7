import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { installPause } from "../../lab/cluster/install/pause.ts";
import { startContainerd } from "../../lab/containerd.ts";
import { buildImage } from "../../lab/images/build.ts";
import { installRunc } from "../../lab/install/runc.ts";
import { type ContainerdKind, installContainerd } from "../../lab/install/tools.ts";
import { cacheFolder } from "../../lab/paths.ts";
import { type Channel, createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import type { ImageRuntime } from "../../src/runtime/runtime.ts";
import { type Pod, runPod } from "../cri/pods.ts";
import { startTestRegistry, type TestRegistry } from "../registry/registry.ts";

/** A real containerd that runs pods of the static pause program. */
export interface PodNode {
  readonly channel: Channel;
  readonly runtime: ImageRuntime;
  /** What the sandboxes are made of. */
  readonly pauseRef: string;
  /** Publishes an image whose program waits, and pulls it. */
  pullNew(): Promise<{ readonly ref: string; readonly id: string; readonly digest: string }>;
  /** It is removed after the tests, where it is there still. */
  runPod(): Promise<Pod>;
}

const bounds = { timeoutMs: 60_000 };

/** Gives the suite around it a node that runs pods: started before its tests, gone after them. */
export function usePodNode(kind: ContainerdKind): () => PodNode {
  let node: (PodNode & { close(): Promise<void> }) | undefined;
  before(async () => {
    node = await startPodNode(kind);
  });
  after(() => node?.close());
  return () => {
    if (node === undefined) throw new Error("the node is there only while tests run");
    return node;
  };
}

async function startPodNode(kind: ContainerdKind): Promise<PodNode & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-p-"));
  const registry = await startTestRegistry();
  const { binDir, pause } = await linkPrograms(kind, join(folder, "bin"));
  const pauseRef = publishProgram(registry, "pause", pause);
  const containerd = await startContainerd({
    binDir,
    stateDir: join(folder, "c"),
    plainHttpRegistries: [registry.host],
    sandboxImage: pauseRef,
  });
  const channel = createChannel({ target: { path: containerd.socket } });
  const runtime = createCriRuntime(channel);
  const pods: Pod[] = [];
  return {
    channel,
    runtime,
    pauseRef,
    async pullNew() {
      const ref = publishProgram(registry, `use/${randomUUID().slice(0, 8)}`, pause);
      await runtime.pullImage({ image: ref }, bounds);
      const image = await runtime.imageStatus(ref, bounds);
      return { ref, id: image?.id ?? "", digest: image?.repoDigests[0]?.split("@")[1] ?? "" };
    },
    async runPod() {
      const pod = await runPod(channel);
      pods.push(pod);
      return pod;
    },
    async close() {
      try {
        for (const pod of pods) await pod.remove();
      } finally {
        channel.close();
        await containerd.stop();
        await registry.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

/** One folder with containerd, its shim and runc, which containerd looks for on its PATH. */
async function linkPrograms(
  kind: ContainerdKind,
  binDir: string,
): Promise<{ binDir: string; pause: Buffer }> {
  const environment = process.env;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const context = { cache: cacheFolder(environment), environment, say };
  const folders = [await installContainerd(kind, context), await installRunc(context)];
  await mkdir(binDir, { recursive: true });
  const linked = new Set<string>();
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      if (!linked.has(name)) await symlink(join(folder, name), join(binDir, name));
      linked.add(name);
    }
  }
  return { binDir, pause: await readFile(await installPause(context)) };
}

function publishProgram(registry: TestRegistry, repository: string, bytes: Buffer): string {
  const layers = [{ seed: repository, sizeBytes: 1000 }];
  const files = [{ path: "wait", bytes, mode: 0o755 }];
  registry.add(repository, "v1", buildImage({ layers, files, entrypoint: ["/wait"] }));
  return `${registry.host}/${repository}:v1`;
}
