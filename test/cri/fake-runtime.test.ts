import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import { RuntimeError } from "../../src/runtime/errors.ts";
import type { ImageRuntime } from "../../src/runtime/runtime.ts";
import { runImageServiceConformance } from "./conformance.ts";
import type { FakeRuntime } from "./fake-runtime.ts";
import { startFakeRuntime } from "./fake-runtime.ts";

const bounds = { timeoutMs: 5000 };
const ref = "registry.example/app:v1";

async function start() {
  const directory = await mkdtemp(join(tmpdir(), "fake-cri-"));
  const fake = await startFakeRuntime({ socketPath: join(directory, "cri.sock") });
  const runtime = createCriRuntime(createChannel({ target: { path: fake.socketPath }, probeTimeoutMs: 100 }));
  const close = async () => {
    runtime.close();
    await fake.close();
    await rm(directory, { recursive: true });
  };
  return { fake, runtime, close };
}

runImageServiceConformance("the fake runtime", async () => {
  const { fake, runtime, close } = await start();
  const registry = "registry.example";
  return {
    runtime,
    registry,
    publish: (repository, tag) => fake.images.publish(`${registry}/${repository}:${tag}`).digest,
    hang: (repository) =>
      void fake.behave({ on: "PullImage", image: `${registry}/${repository}:v1`, kind: "hang" }),
    close,
  };
});

async function withFake(use: (fake: FakeRuntime, runtime: ImageRuntime) => Promise<void>): Promise<void> {
  const { fake, runtime, close } = await start();
  try {
    fake.images.publish(ref);
    await use(fake, runtime);
  } finally {
    await close();
  }
}

async function kindOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "no error";
  } catch (error) {
    assert.ok(error instanceof RuntimeError, String(error));
    return error.kind;
  }
}

test("names are stored in full, and found by their short form", () =>
  withFake(async (fake, runtime) => {
    fake.images.publish("debian");
    await runtime.pullImage({ image: "debian" }, bounds);
    const found = await runtime.imageStatus("debian:latest", bounds);
    assert.deepEqual(found?.repoTags, ["docker.io/library/debian:latest"]);
  }));

test("a delay is a delay, and pulls run beside each other", () =>
  withFake(async (fake, runtime) => {
    fake.behave({ on: "PullImage", kind: "delay", delayMs: 100 });
    const startMs = performance.now();
    await Promise.all([1, 2, 3].map(() => runtime.pullImage({ image: ref }, bounds)));
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 95 && tookMs < 290, `${tookMs} ms`);
    assert.equal(fake.maxConcurrentPulls(), 3);
  }));

test("an error comes as often as it is asked for", () =>
  withFake(async (fake, runtime) => {
    fake.behave({
      on: "PullImage",
      image: ref,
      times: 1,
      kind: "error",
      code: "UNAVAILABLE",
      message: "busy",
    });
    assert.equal(await kindOf(runtime.pullImage({ image: ref }, bounds)), "unavailable");
    assert.equal(await kindOf(runtime.pullImage({ image: ref }, bounds)), "no error");
  }));

test("a rule that is taken away no longer counts", () =>
  withFake(async (fake, runtime) => {
    const takeAway = fake.behave({ on: "any", kind: "hang" });
    takeAway();
    await runtime.listImages(bounds);
  }));

test("calls are remembered with image, credentials, lease and outcome", () =>
  withFake(async (fake, runtime) => {
    fake.behave({ on: "PullImage", times: 1, kind: "hang" });
    const auth = { username: "lab", password: "made-up" };
    await kindOf(runtime.pullImage({ image: ref, auth, leaseId: "lease-1" }, { timeoutMs: 50 }));
    await runtime.pullImage({ image: ref }, bounds);
    const [first, second] = fake.calls("PullImage");
    assert.deepEqual([first?.image, first?.auth?.username, first?.leaseId], [ref, "lab", "lease-1"]);
    assert.deepEqual([first?.outcome, second?.outcome], ["cancelled", "answered"]);
    assert.deepEqual([second?.auth, second?.leaseId], [undefined, undefined]);
  }));

test("a list can be larger than the 4 MiB of gRPC's default", () =>
  withFake(async (fake, runtime) => {
    fake.fillList(5 * 1024 * 1024);
    const images = await runtime.listImages(bounds);
    assert.ok(
      JSON.stringify(images.map(({ id, repoTags, repoDigests }) => [id, repoTags, repoDigests])).length > 5e6,
    );
  }));

test("a dropped connection fails the call under way, and the next call connects anew", () =>
  withFake(async (fake, runtime) => {
    fake.behave({ on: "PullImage", times: 1, kind: "drop" });
    assert.equal(await kindOf(runtime.pullImage({ image: ref }, bounds)), "unavailable");
    assert.equal(await kindOf(runtime.pullImage({ image: ref }, bounds)), "no error");
  }));

test("a silent runtime answers nothing on an old connection and serves the next once it speaks", () =>
  withFake(async (fake, runtime) => {
    await runtime.version(bounds);
    fake.silence();
    assert.equal(await kindOf(runtime.version({ timeoutMs: 50 })), "timeout");
    assert.deepEqual(fake.calls("Version").length, 1);
    runtime.close();
    assert.equal(await kindOf(runtime.version({ timeoutMs: 50 })), "timeout");
    runtime.close();
    fake.speak();
    assert.equal(await kindOf(runtime.version(bounds)), "no error");
  }));

test("a stopped runtime is gone, and its images are there after a start on the same path", () =>
  withFake(async (fake, runtime) => {
    const id = await runtime.pullImage({ image: ref }, bounds);
    await fake.stop();
    assert.equal(await kindOf(runtime.listImages(bounds)), "unavailable");
    await fake.start();
    assert.equal((await runtime.imageStatus(ref, bounds))?.id, id);
  }));
