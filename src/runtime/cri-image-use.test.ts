import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createChannel } from "../lib/grpc/channel.ts";
import { type GrpcServer, startGrpcServer } from "../lib/grpc/server.ts";
import type { GrpcHandler } from "../lib/grpc/server-call.ts";
import { GrpcError } from "../lib/grpc/status.ts";
import { createImageUse } from "./cri-image-use.ts";
import * as others from "./gen/containerd-containers.ts";
import * as images from "./gen/containerd-images.ts";
import * as introspection from "./gen/containerd-introspection.ts";
import * as snapshots from "./gen/containerd-snapshots.ts";
import * as cri from "./gen/cri.ts";

const bounds = { timeoutMs: 30_000 };
const hex = "ab".repeat(32);

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
}

const answer =
  <T>(codec: Codec<T>, message: T): GrpcHandler =>
  async (messages) => {
    for await (const _ of messages);
    return codec.encode(message).finish();
  };
const fail =
  (code: "NOT_FOUND" | "UNAVAILABLE", text: string): GrpcHandler =>
  async () => {
    throw new GrpcError(code, text);
  };

const running = { initErr: new Uint8Array() };
const containerd: Record<string, GrpcHandler> = {
  "/runtime.v1.RuntimeService/Version": answer(cri.VersionResponse, {
    runtimeName: "containerd",
    runtimeVersion: "v2.4.2",
  }),
  "/runtime.v1.RuntimeService/ListContainers": answer(cri.ListContainersResponse, {
    containers: [{ id: "one", image: { image: "r.test/a:v1" }, imageRef: "ref", imageId: "id" }],
  }),
  "/runtime.v1.RuntimeService/ContainerStatus": answer(cri.ContainerStatusResponse, {
    status: { mounts: [{ image: undefined }, { image: { image: "volume" } }] },
  }),
  "/containerd.services.containers.v1.Containers/List": answer(others.ListContainersResponse, {
    containers: [{ image: "pause" }, { image: "" }],
  }),
  "/containerd.services.introspection.v1.Introspection/Plugins": answer(introspection.PluginsResponse, {
    plugins: [{ id: "overlayfs", ...running }],
  }),
  "/containerd.services.snapshots.v1.Snapshots/List": answer(snapshots.ListSnapshotsResponse, {
    info: [{ name: `/state/image-volumes/pod/${hex}` }],
  }),
  "/containerd.services.images.v1.Images/List": answer(images.ListImagesResponse, {
    images: [{ name: "mounted", labels: {}, target: new Uint8Array() }],
  }),
};

async function listUsed(t: TestContext, changed: Record<string, GrpcHandler> = {}) {
  const methods = new Map(Object.entries({ ...containerd, ...changed }));
  const server: GrpcServer = await startGrpcServer({ methods, port: 0, host: "127.0.0.1" });
  const channel = createChannel({ target: { host: "127.0.0.1", port: server.port } });
  t.after(async () => {
    channel.close();
    await server.stop(0);
  });
  return createImageUse(channel).listUsed(bounds);
}

const sorted = (set: ReadonlySet<string> | undefined) => [...(set ?? [])].sort();

test("puts together what containers, sandboxes and image volumes use", async (t) => {
  const expected = ["id", "mounted", "pause", "r.test/a:v1", "ref", `sha256:${hex}`, "volume"];
  assert.deepEqual(sorted(await listUsed(t)), expected);
});

test("cannot tell for another runtime", async (t) => {
  const version = answer(cri.VersionResponse, { runtimeName: "cri-o", runtimeVersion: "1.33.0" });
  assert.equal(await listUsed(t, { "/runtime.v1.RuntimeService/Version": version }), undefined);
});

test("passes over a container that goes while it is asked, and no other fault", async (t) => {
  const method = "/runtime.v1.RuntimeService/ContainerStatus";
  const gone = fail("NOT_FOUND", 'an error occurred when try to find container "one": not found');
  assert.equal((await listUsed(t, { [method]: gone }))?.has("id"), true);
  for (const name of Object.keys(containerd)) {
    await assert.rejects(listUsed(t, { [name]: fail("UNAVAILABLE", "x") }), { kind: "unavailable" }, name);
  }
});

test("asks no snapshotter that does not run, and for no records where nothing is mounted", async (t) => {
  const plugins = answer(introspection.PluginsResponse, {
    plugins: [{ id: "zfs", initErr: new Uint8Array([8, 1]) }],
  });
  const used = await listUsed(t, {
    "/containerd.services.introspection.v1.Introspection/Plugins": plugins,
    "/containerd.services.snapshots.v1.Snapshots/List": fail("NOT_FOUND", "snapshotter not loaded: zfs"),
    "/containerd.services.images.v1.Images/List": fail("UNAVAILABLE", "not to be asked"),
  });
  assert.deepEqual(sorted(used), ["id", "pause", "r.test/a:v1", "ref", "volume"]);
});
