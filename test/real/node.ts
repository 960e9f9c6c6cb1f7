import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { buildImage } from "../../lab/images/build.ts";
import type { ContainerdKind } from "../../lab/install/tools.ts";
import {
  startTestContainerd,
  type TestContainerd,
  type TestContainerdOptions,
} from "../containerd/matrix.ts";
import type { FaultRule } from "../registry/fault.ts";
import { startTestRegistry, type TestRegistry } from "../registry/registry.ts";

/** An image that a test published: its content is like no other's. */
export interface Published {
  readonly repository: string;
  /** The whole reference, with its tag `v1`. */
  readonly ref: string;
  /** Of its only layer. */
  readonly layerDigest: string;
  /** Of its only layer, compressed. */
  readonly sizeBytes: number;
}

export interface PublishOptions {
  readonly sizeBytes?: number;
  readonly tag?: string;
  readonly fault?: FaultRule;
  readonly registry?: TestRegistry;
}

/** A real containerd, the registries that it pulls from, and a folder for a test's files. */
export interface TestNode {
  readonly containerd: TestContainerd;
  readonly socket: string;
  readonly registry: TestRegistry;
  /** A second registry, on a host of its own. */
  readonly elsewhere: TestRegistry;
  publish(options?: PublishOptions): Published;
  /** Writes a file into a temporary folder; returns its path. */
  write(name: string, text: string, mode?: number): Promise<string>;
}

/** Gives the suite around it a node of its own: started before its tests, gone after them. */
export function useNode(kind: ContainerdKind, options: TestContainerdOptions = {}): () => TestNode {
  let node: (TestNode & { close(): Promise<void> }) | undefined;
  before(async () => {
    node = await startNode(kind, options);
  });
  after(() => node?.close());
  return () => {
    if (node === undefined) throw new Error("the node is there only while tests run");
    return node;
  };
}

async function startNode(
  kind: ContainerdKind,
  options: TestContainerdOptions,
): Promise<TestNode & { close(): Promise<void> }> {
  const [registry, elsewhere] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  const folder = await mkdtemp(join(tmpdir(), "prestow-f-"));
  const plainHttpRegistries = [registry.host, elsewhere.host];
  const containerd = await startTestContainerd(kind, { plainHttpRegistries, ...options });
  return {
    containerd,
    socket: containerd.socket,
    registry,
    elsewhere,
    publish: ({ registry: at = registry, ...rest } = {}) => publish(at, rest),
    async write(name, text, mode = 0o600) {
      const path = join(folder, name);
      await writeFile(path, text, { mode });
      return path;
    },
    async close() {
      await containerd.dispose();
      await Promise.all([registry.close(), elsewhere.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function publish(registry: TestRegistry, options: Omit<PublishOptions, "registry">): Published {
  const repository = `real/${randomUUID().slice(0, 8)}`;
  const { sizeBytes = 100_000, tag = "v1", fault } = options;
  const image = buildImage({ layers: [{ seed: repository, sizeBytes }] });
  registry.add(repository, tag, image);
  if (fault !== undefined) registry.fault(repository, fault);
  const layer = image.blobs[0];
  if (layer === undefined) throw new Error("an image has a layer");
  return {
    repository,
    ref: `${registry.host}/${repository}:${tag}`,
    layerDigest: layer.digest,
    sizeBytes: layer.bytes.length,
  };
}
