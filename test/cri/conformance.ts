import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { CallBounds } from "../../src/lib/call-bounds.ts";
import type { ErrorKind } from "../../src/runtime/errors.ts";
import { RuntimeError } from "../../src/runtime/errors.ts";
import type { ImageRuntime } from "../../src/runtime/runtime.ts";

/** A runtime to be examined, and a registry that it can pull from. */
export interface ConformanceSubject {
  readonly runtime: ImageRuntime;
  /** `host[:port]` of the registry, before the repository in a reference. */
  readonly registry: string;
  /** Makes an image pullable whose content depends on the repository alone; returns its manifest's digest. */
  publish(repository: string, tag: string): string;
  /** Makes pulls from a repository hang until their deadline. */
  hang(repository: string): void;
  close(): Promise<void>;
}

const bounds: CallBounds = { timeoutMs: 20_000 };

/**
 * What every `ImageRuntime` has to do, as a suite of `node:test`. The runtime may hold other images; those that
 * the suite pulls have names of their own and are removed again.
 */
export function runImageServiceConformance(name: string, setup: () => Promise<ConformanceSubject>): void {
  describe(`${name} as image service`, () => {
    let subject: ConformanceSubject;
    let runtime: ImageRuntime;
    const pulled: string[] = [];

    before(async () => {
      subject = await setup();
      runtime = subject.runtime;
    });
    after(async () => {
      for (const ref of pulled) await runtime.removeImage(ref, bounds);
      await subject.close();
    });

    function publish(repository = `conformance/${randomUUID()}`, tag = "v1") {
      const digest = subject.publish(repository, tag);
      const path = `${subject.registry}/${repository}`;
      return { repository, tag: `${path}:${tag}`, digest: `${path}@${digest}` };
    }
    async function pull(image: string): Promise<string> {
      pulled.push(image);
      return runtime.pullImage({ image }, bounds);
    }
    async function listed(id: string) {
      return (await runtime.listImages(bounds)).filter((image) => image.id === id);
    }

    test("tells its name and version", async () => {
      const version = await runtime.version(bounds);
      assert.notEqual(version.name, "");
      assert.notEqual(version.version, "");
    });

    test("lists an image after its pull, once, under the id that the pull gave", async () => {
      const image = publish();
      const before = await runtime.listImages(bounds);
      assert.ok(!before.some(({ repoTags }) => repoTags.includes(image.tag)));
      const found = await listed(await pull(image.tag));
      assert.equal(found.length, 1);
      assert.deepEqual(found[0]?.repoTags, [image.tag]);
      assert.deepEqual(found[0]?.repoDigests, [image.digest]);
      assert.ok(found[0].sizeBytes > 0);
      assert.equal(found[0].pinned, false);
    });

    test("finds an image by tag, by digest and by id", async () => {
      const image = publish();
      const id = await pull(image.tag);
      for (const name of [image.tag, image.digest, id]) {
        assert.equal((await runtime.imageStatus(name, bounds))?.id, id, name);
      }
    });

    test("has no status of what it does not have", async () => {
      const image = publish();
      for (const name of [image.tag, image.digest, "no-such-image", "no such image"]) {
        assert.equal(await runtime.imageStatus(name, bounds), undefined, name);
      }
    });

    test("pulls by digest, which gives the image no tag", async () => {
      const image = publish();
      const [found] = await listed(await pull(image.digest));
      assert.deepEqual(found?.repoTags, []);
      assert.deepEqual(found?.repoDigests, [image.digest]);
    });

    test("pulls what is present again with the same result", async () => {
      const image = publish();
      const id = await pull(image.tag);
      assert.equal(await pull(image.tag), id);
      assert.equal((await listed(id)).length, 1);
    });

    test("pulls several images at once", async () => {
      const ids = await Promise.all([1, 2, 3].map(() => pull(publish().tag)));
      for (const id of ids) assert.equal((await listed(id)).length, 1);
    });

    test("keeps two tags of one content as one image, and removes both with either", async () => {
      const one = publish();
      const two = publish(one.repository, "v2");
      const id = await pull(one.tag);
      assert.equal(await pull(two.tag), id);
      const [found] = await listed(id);
      assert.deepEqual([...(found?.repoTags ?? [])].sort(), [one.tag, two.tag]);
      await runtime.removeImage(two.tag, bounds);
      assert.deepEqual(await listed(id), []);
      assert.equal(await runtime.imageStatus(one.tag, bounds), undefined);
    });

    test("removes by digest and by id", async () => {
      const image = publish();
      for (const name of [image.digest, await pull(image.tag)]) {
        const id = await pull(image.tag);
        await runtime.removeImage(name, bounds);
        assert.deepEqual(await listed(id), []);
      }
    });

    test("removing what is not there is no error", async () => {
      const image = publish();
      await runtime.removeImage(image.tag, bounds);
      await pull(image.tag);
      await runtime.removeImage(image.tag, bounds);
      await runtime.removeImage(image.tag, bounds);
    });

    test("a tag that the registry does not have is not-found", () =>
      rejectsWith("not-found", () => pull(publish().tag.replace(/v1$/, "missing"))));

    test("a reference that cannot be read is invalid-reference", () =>
      rejectsWith("invalid-reference", () => runtime.pullImage({ image: "Not/A Reference" }, bounds)));

    test("the deadline ends a pull that hangs as timeout, and the runtime serves on", async () => {
      const image = publish();
      subject.hang(image.repository);
      const startMs = performance.now();
      await rejectsWith("timeout", () => runtime.pullImage({ image: image.tag }, { timeoutMs: 300 }));
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs > 250 && tookMs < 2300, `${tookMs} ms`);
      await pull(publish().tag);
    });

    test("the signal ends a pull that hangs with the signal's reason", async () => {
      const image = publish();
      subject.hang(image.repository);
      const stop = new AbortController();
      const pulling = runtime.pullImage({ image: image.tag }, { ...bounds, signal: stop.signal });
      setImmediate(() => stop.abort(new Error("enough")));
      await assert.rejects(pulling, new Error("enough"));
    });

    test("a signal that has aborted lets no call begin", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      await assert.rejects(runtime.listImages({ ...bounds, signal }), new Error("too late"));
    });

    test("tells of at least one filesystem that holds images", async () => {
      const filesystems = await runtime.imageFilesystems(bounds);
      assert.ok(filesystems.length > 0);
      for (const { mountpoint, usedBytes, usedInodes } of filesystems) {
        assert.notEqual(mountpoint, "");
        assert.ok(usedBytes >= 0 && usedInodes >= 0);
      }
    });
  });
}

async function rejectsWith(kind: ErrorKind, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof RuntimeError, String(error));
    assert.equal(error.kind, kind, error.message);
    return true;
  });
}
