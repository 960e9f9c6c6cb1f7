import type { CallBounds } from "../lib/call-bounds.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { inCriNamespace } from "./containerd-namespace.ts";
import * as images from "./gen/containerd-images.ts";
import * as introspection from "./gen/containerd-introspection.ts";
import * as snapshots from "./gen/containerd-snapshots.ts";
import { createListCall, createUnaryCall } from "./unary-call.ts";

const services = "/containerd.services.";

/**
 * The images that are mounted as image volumes: each has a snapshot named by where it is mounted,
 * `STATE/image-volumes/SANDBOX/HEX`, with the digest of what the image's records point at for HEX. Resolves to that
 * digest and the names of all records that point at it, the image id among them.
 */
export async function listVolumeImages(
  channel: Pick<Channel, "call">,
  bounds: CallBounds,
): Promise<string[]> {
  const digests = new Set<string>();
  for (const snapshotter of await listSnapshotters(channel, bounds)) {
    for (const name of await listVolumeSnapshots(channel, snapshotter, bounds)) {
      const digest = parseVolumeDigest(name);
      if (digest !== undefined) digests.add(digest);
    }
  }
  if (digests.size === 0) return [];
  return [...digests, ...(await listRecordNames(channel, [...digests], bounds))];
}

/** The digest in the name of an image volume's snapshot; which algorithm it is, its length tells. */
export function parseVolumeDigest(snapshot: string): string | undefined {
  const hex = /\/image-volumes\/[^/]+\/([0-9a-f]{64,128})$/.exec(snapshot)?.[1];
  if (hex === undefined) return undefined;
  return `sha${hex.length * 4}:${hex}`;
}

/** Those that run: asking one that does not is an error. */
async function listSnapshotters(channel: Pick<Channel, "call">, bounds: CallBounds): Promise<string[]> {
  const codecs = [introspection.PluginsRequest, introspection.PluginsResponse] as const;
  const method = `${services}introspection.v1.Introspection/Plugins`;
  const filters = ["type==io.containerd.snapshotter.v1"];
  const answer = await createUnaryCall(channel, inCriNamespace)(method, codecs, { filters }, bounds);
  return answer.plugins.filter(({ initErr }) => initErr.length === 0).map(({ id }) => id);
}

async function listVolumeSnapshots(
  channel: Pick<Channel, "call">,
  snapshotter: string,
  bounds: CallBounds,
): Promise<string[]> {
  const codecs = [snapshots.ListSnapshotsRequest, snapshots.ListSnapshotsResponse] as const;
  const request = { snapshotter, filters: ['name~="/image-volumes/"'] };
  const list = createListCall(channel, inCriNamespace);
  const answers = await list(`${services}snapshots.v1.Snapshots/List`, codecs, request, bounds);
  return answers.flatMap(({ info }) => info.map(({ name }) => name));
}

async function listRecordNames(
  channel: Pick<Channel, "call">,
  digests: readonly string[],
  bounds: CallBounds,
): Promise<string[]> {
  const codecs = [images.ListImagesRequest, images.ListImagesResponse] as const;
  const request = { filters: digests.map((digest) => `target.digest=="${digest}"`) };
  const call = createUnaryCall(channel, inCriNamespace);
  const answer = await call(`${services}images.v1.Images/List`, codecs, request, bounds);
  return answer.images.map(({ name }) => name);
}
