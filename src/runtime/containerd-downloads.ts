import { randomUUID } from "node:crypto";
import type { CallBounds } from "../lib/call-bounds.ts";
import type { Clock } from "../lib/clock.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { runtimeErrorFrom } from "./classify.ts";
import type { RuntimeDownloads } from "./downloads.ts";
import * as content from "./gen/containerd-content.ts";
import * as leases from "./gen/containerd-leases.ts";
import { parseLayers } from "./manifest.ts";

const contentService = "/containerd.services.content.v1.Content/";
const leasesService = "/containerd.services.leases.v1.Leases/";
/** The namespace in which containerd's CRI plugin keeps its images. */
const namespace = { "containerd-namespace": "k8s.io" };
/** A manifest is small (the distribution specification: registries may refuse more than 4 MiB). */
const maxManifestBytes = 4 * 1024 * 1024;

/** containerd's content store and leases, gRPC services on the same socket as CRI (1.6 and later). */
export function createContainerdDownloads(channel: Channel, clock: Pick<Clock, "dateMs">): RuntimeDownloads {
  async function call(method: string, request: Uint8Array, bounds: CallBounds): Promise<Buffer[]> {
    try {
      return await channel.call(method, request, bounds, namespace);
    } catch (error) {
      bounds.signal?.throwIfAborted();
      throw runtimeErrorFrom(error, method.slice(method.lastIndexOf("/") + 1));
    }
  }

  async function blobBytes(digest: string, bounds: CallBounds): Promise<number> {
    const [answer] = await call(
      `${contentService}Info`,
      content.InfoRequest.encode({ digest }).finish(),
      bounds,
    );
    return answer === undefined ? 0 : (content.InfoResponse.decode(answer).info?.size ?? 0);
  }

  async function listStatuses(bounds: CallBounds): Promise<content.Status[]> {
    const request = content.ListStatusesRequest.encode({ filters: [] });
    const answers = await call(`${contentService}ListStatuses`, request.finish(), bounds);
    return answers.flatMap((answer) => content.ListStatusesResponse.decode(answer).statuses);
  }

  async function listResources(
    leaseId: string,
    type: "content" | "ingests",
    bounds: CallBounds,
  ): Promise<string[]> {
    const request = leases.ListResourcesRequest.encode({ id: leaseId });
    const answers = await call(`${leasesService}ListResources`, request.finish(), bounds);
    const resources = answers.flatMap((answer) => leases.ListResourcesResponse.decode(answer).resources);
    return resources.filter((resource) => resource.type === type).map((resource) => resource.id);
  }

  return {
    async createLease(ttlMs, bounds) {
      const id = `prestow-${randomUUID()}`;
      const labels = { "containerd.io/gc.expire": leaseEnd(clock.dateMs() + ttlMs) };
      await call(`${leasesService}Create`, leases.CreateRequest.encode({ id, labels }).finish(), bounds);
      return id;
    },
    async deleteLease(leaseId, bounds) {
      const request = leases.DeleteRequest.encode({ id: leaseId, sync: false });
      await call(`${leasesService}Delete`, request.finish(), bounds);
    },
    async listActive(bounds) {
      const statuses = await listStatuses(bounds);
      return statuses.flatMap(({ ref, offset }) => {
        const digest = partDigest(ref);
        return digest === undefined ? [] : [{ digest, offsetBytes: offset }];
      });
    },
    listCompleted: (leaseId, bounds) => listResources(leaseId, "content", bounds),
    async discard(leaseId, which, { timeoutMs, signal }) {
      const bounds = {
        timeoutMs,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      };
      const refs = new Set(await listResources(leaseId, "ingests", bounds));
      for (const { ref, offset, total } of await listStatuses(bounds)) {
        const complete = total > 0 && offset >= total;
        if (!refs.has(ref) || (which === "complete" && !complete)) continue;
        await call(`${contentService}Abort`, content.AbortRequest.encode({ ref }).finish(), bounds);
      }
    },
    async readLayers(digest, bounds) {
      const size = await blobBytes(digest, bounds);
      if (size === 0 || size > maxManifestBytes) return undefined;
      const request = content.ReadContentRequest.encode({ digest, offset: 0, size });
      const answers = await call(`${contentService}Read`, request.finish(), bounds);
      const chunks = answers.map((answer) => content.ReadContentResponse.decode(answer).data);
      return parseLayers(Buffer.concat(chunks));
    },
  };
}

/** RFC 3339 without fractions, as containerd reads `containerd.io/gc.expire`. */
function leaseEnd(dateMs: number): string {
  return new Date(dateMs).toISOString().replace(/\.\d+Z$/, "Z");
}

// containerd names an ingest by what it fetches: `layer-sha256:…`, `manifest-…`, `index-…`, `config-…`.
function partDigest(ingest: string): string | undefined {
  return /^(?:layer|config)-(?<digest>.+:.+)$/.exec(ingest)?.groups?.["digest"];
}
