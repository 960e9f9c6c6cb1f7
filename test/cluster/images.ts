import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileLauncher } from "../../lab/image/launcher.ts";
import { type BuiltImage, buildImage } from "../../lab/images/build.ts";
import { pushImage } from "../../lab/images/push.ts";
import { labLogin } from "../../lab/registry-config.ts";
import type { CallBounds } from "../../src/lib/call-bounds.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import type { ImageRuntime, RuntimeImage } from "../../src/runtime/runtime.ts";
import { eventually, type LabNodeVariables, labImage, labNodes, variable } from "./lab.ts";

/** A name that no image had before: what is pulled by it is on no node. */
export function freshRepository(): string {
  return `test/${randomBytes(6).toString("hex")}`;
}

/** An image that differs from every other. */
export function buildFreshImage(sizeBytes = 200_000): BuiltImage {
  return buildImage({ layers: [{ seed: freshRepository(), sizeBytes }] });
}

/** Pushes an image under a name that no image had before; twice, and it has two names. */
export async function pushFresh(image: BuiltImage): Promise<string> {
  const repository = freshRepository();
  await pushImage({ registry: variable("PRESTOW_LAB_REGISTRY"), repository, tag: "v1", image });
  return `${labImage(repository)}:v1`;
}

/** Pushes images that no node has; resolves to their references. */
export function pushFreshImages(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => pushFresh(buildFreshImage())));
}

/** The same for the registry behind a login. */
export async function pushPrivateImage(): Promise<string> {
  const [registry, repository] = [variable("PRESTOW_LAB_PRIVATE"), freshRepository()];
  const { username, password } = labLogin;
  await pushImage({ registry, repository, tag: "v1", image: buildFreshImage(), username, password });
  return `${registry}/${repository}:v1`;
}

/** Pushes an image that no node has and that a pod can run: it waits to be stopped. */
export async function pushRunnableImage(): Promise<string> {
  const output = join(tmpdir(), `prestow-wait-${randomBytes(6).toString("hex")}`);
  try {
    await compileLauncher({ environment: process.env, output });
    const files = [{ path: "wait", bytes: await readFile(output), mode: 0o755 }];
    const layers = [{ seed: output, sizeBytes: 1_024 }];
    return await pushFresh(buildImage({ layers, files, entrypoint: ["/wait", "sleep"] }));
  } finally {
    await rm(output, { force: true });
  }
}

type Node = Pick<LabNodeVariables, "criSocket">;

async function withRuntime<T>(node: Node, work: (runtime: ImageRuntime) => Promise<T>): Promise<T> {
  const runtime = createCriRuntime(createChannel({ target: { path: node.criSocket } }));
  try {
    return await work(runtime);
  } finally {
    runtime.close();
  }
}

function bounds(timeoutMs = 10_000): CallBounds {
  return { timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
}

/** All that a node's runtime lists. */
export function listImages(node: Node): Promise<RuntimeImage[]> {
  return withRuntime(node, (runtime) => runtime.listImages(bounds()));
}

/** Has a node's runtime pull an image, as anybody may who is not the agent. */
export async function pullImage(node: Node, image: string): Promise<void> {
  await withRuntime(node, (runtime) => runtime.pullImage({ image }, bounds(60_000)));
}

/** Of some images, those that a node's runtime does not list. */
export async function listMissing(node: Node, images: readonly string[]): Promise<string[]> {
  const listed = await listImages(node);
  const present = new Set(listed.flatMap(({ repoTags }) => repoTags));
  return images.filter((image) => !present.has(image));
}

/** Takes images from a node, so that they are pulled again. */
export async function removeImages(node: Node, images: readonly string[]): Promise<void> {
  await withRuntime(node, (runtime) =>
    Promise.all(images.map((image) => runtime.removeImage(image, bounds()))),
  );
}

/** Waits until nodes have images: all of the lab's, unless some are given. */
export async function waitForImages(
  images: readonly string[],
  nodes: readonly LabNodeVariables[] = labNodes(),
  timeoutMs = 90_000,
): Promise<void> {
  for (const node of nodes)
    await eventually(async () => assert.deepEqual(await listMissing(node, images), [], node.name), timeoutMs);
}
