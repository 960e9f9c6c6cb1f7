import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock, type ManualClock } from "../../test/clock/manual-clock.ts";
import type { CallBounds } from "../lib/call-bounds.ts";
import { createLogger } from "../lib/log.ts";
import type { PullEvent } from "../results/pull-events.ts";
import { type ErrorKind, RuntimeError } from "../runtime/errors.ts";
import type { ImageRuntime, PullRequest, RegistryAuth, RuntimeImage } from "../runtime/runtime.ts";
import { parseImageArguments } from "../sources/list-entry.ts";
import { type FetchSettings, runFetch } from "./fetch-run.ts";
import { createLeaseBook } from "./lease-book.ts";

type Pull = (request: PullRequest, bounds: CallBounds, attempt: number) => Promise<void>;

const settings: Omit<FetchSettings, "endMs"> = {
  policy: "Auto",
  maxParallel: 2,
  listTimeoutMs: 60_000,
  overallTimeoutMs: 600_000,
  stallTimeoutMs: 30_000,
  initialTimeoutMs: 30_000,
  maxTimeoutMs: 300_000,
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
};

/** A node whose runtime pulls as the test says; the clock moves by hand. */
function createBench(pull: Pull, auths: readonly RegistryAuth[] = []) {
  const clock = createManualClock();
  const store = new Map<string, RuntimeImage>();
  const pulls: PullRequest[] = [];
  const events: PullEvent[] = [];
  const runtime: ImageRuntime = {
    version: async () => ({ name: "test", version: "1" }),
    listImages: async () => [...store.values()],
    imageStatus: async (image) => store.get(image),
    async pullImage(request, bounds) {
      pulls.push(request);
      const attempt = pulls.filter(({ image }) => image === request.image).length;
      await pull(request, bounds, attempt);
      store.set(request.image, listed(request.image));
      return "id";
    },
    removeImage: async () => {},
    imageFilesystems: async () => [],
    close: () => {},
  };
  const log = createLogger({ level: "error", format: "json", clock, write: () => {} });
  const tools = {
    runtime,
    keyring: { lookup: async () => [...auths] },
    watch: undefined,
    leases: createLeaseBook(undefined, 0, log),
    clock,
    random: () => 1,
    log,
    observe: (event: PullEvent) => events.push(event),
  };
  const stop = new AbortController();
  const run = (images: readonly string[], changed: Partial<FetchSettings> = {}) => {
    const all = { ...settings, ...changed };
    return runFetch(parseImageArguments(images), { ...all, endMs: all.overallTimeoutMs }, tools, stop.signal);
  };
  return { clock, store, pulls, events, run, stop };
}

function listed(image: string): RuntimeImage {
  const repoDigests = [`docker.io/library/${image.split(":")[0]}@sha256:${"d".repeat(64)}`];
  const repoTags = [`docker.io/library/${image}`];
  return { id: "sha256:id", repoTags, repoDigests, sizeBytes: 7, pinned: false };
}

async function finish<T>(clock: ManualClock, run: Promise<T>, withinMs: number): Promise<T> {
  await clock.advance(withinMs);
  return await Promise.race([
    run,
    new Promise<never>((_, reject) => setImmediate(reject, new Error("late"))),
  ]);
}

function fail(kind: ErrorKind, message = "as told"): never {
  throw new RuntimeError(message, { kind });
}

const succeed: Pull = async () => {};
const hang: Pull = (_, { signal }) =>
  new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

test("pulls what is missing and asks for nothing that is present", async () => {
  const { clock, store, pulls, run } = createBench(succeed);
  store.set("there:1", listed("there:1"));
  const results = await finish(clock, run(["there:1", "missing:1"]), 1000);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["present", "pulled"],
  );
  assert.deepEqual(
    pulls.map(({ image }) => image),
    ["missing:1"],
  );
  const digests = results.map((result) => (result.outcome === "failed" ? "" : result.digest));
  assert.deepEqual(digests, [`sha256:${"d".repeat(64)}`, `sha256:${"d".repeat(64)}`]);
});

test("fails a name that is none without asking the runtime, and pulls the others", async () => {
  const { clock, pulls, run } = createBench(succeed);
  const results = await finish(clock, run(["Bad", "good:1"]), 1000);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["failed", "pulled"],
  );
  assert.equal(results[0]?.outcome === "failed" && results[0].kind, "invalid-reference");
  assert.equal(pulls.length, 1);
});

test("gives up an image that is not found after three attempts", async () => {
  const { clock, pulls, run } = createBench(async () => fail("not-found"));
  const [result] = await finish(clock, run(["a:1"]), 10_000);
  assert.equal(pulls.length, 3);
  assert.equal(result?.outcome === "failed" && result.kind, "not-found");
  assert.equal(result?.attempts, 3);
});

test("ends present after failures that pass", async () => {
  const { clock, run } = createBench(async (_, __, attempt) => {
    if (attempt < 4) fail("unavailable");
  });
  const [result] = await finish(clock, run(["a:1"]), 20_000);
  assert.deepEqual([result?.outcome, result?.attempts], ["pulled", 4]);
});

test("keeps the kind of the last failure when the overall timeout ends the run", async () => {
  const { clock, run } = createBench(async () => fail("unavailable"));
  const [result] = await finish(clock, run(["a:1"], { overallTimeoutMs: 20_000 }), 20_000);
  assert.equal(result?.outcome === "failed" && result.kind, "unavailable");
});

test("calls an image that hangs to the end a timeout, and does not hold up the others", async () => {
  const { clock, run } = createBench((request, bounds, attempt) =>
    request.image === "stuck:1" ? hang(request, bounds, attempt) : Promise.resolve(),
  );
  const run1 = run(["stuck:1", "a:1", "b:1", "c:1"], { overallTimeoutMs: 20_000 });
  const results = await finish(clock, run1, 20_000);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["failed", "pulled", "pulled", "pulled"],
  );
  assert.equal(results[0]?.outcome === "failed" && results[0].kind, "timeout");
  assert.ok((results[1]?.durationMs ?? Number.NaN) < 1000);
});

test("gives each attempt twice the time of the one before", async () => {
  const { clock, events, run } = createBench(hang);
  await finish(clock, run(["a:1"], { overallTimeoutMs: 100_000, initialTimeoutMs: 10_000 }), 100_000);
  const timeouts = events.flatMap((event) => (event.type === "attempt" ? [event.timeoutMs] : []));
  assert.deepEqual(timeouts.slice(0, 3), [10_000, 20_000, 40_000]);
});

test("tries one credential after another and stops at the first that works", async () => {
  const auths = ["wrong", "right", "never"].map((username) => ({ username }));
  const { clock, pulls, run } = createBench(async ({ auth }) => {
    if (auth?.username !== "right") fail("denied");
  }, auths);
  const [result] = await finish(clock, run(["a:1"]), 1000);
  assert.deepEqual(
    pulls.map(({ auth }) => auth?.username),
    ["wrong", "right"],
  );
  assert.deepEqual([result?.outcome, result?.attempts], ["pulled", 1]);
});

test("does not try another credential where none can help", async () => {
  const auths = [{ username: "a" }, { username: "b" }];
  const { clock, pulls, run } = createBench(async (_, __, attempt) => {
    if (attempt === 1) fail("unavailable");
  }, auths);
  await finish(clock, run(["a:1"]), 5000);
  assert.deepEqual(
    pulls.map(({ auth }) => auth?.username),
    ["a", "a"],
  );
});

test("cancels what is running when it is stopped, and says so of each unfinished image", async () => {
  const { clock, events, run, stop } = createBench(hang);
  const done = run(["a:1", "b:1", "c:1"]);
  await clock.advance(100);
  stop.abort(new Error("SIGTERM"));
  const results = await finish(clock, done, 0);
  const kinds = results.map((result) => result.outcome === "failed" && result.kind);
  assert.deepEqual(kinds, ["cancelled", "cancelled", "cancelled"]);
  assert.equal(events.filter(({ type }) => type === "attempt-failed").length, 0);
  assert.equal(clock.sleepers(), 0);
});

test("says why an image failed before, where the end of the run cuts its last attempt", async () => {
  const { clock, run } = createBench((request, bounds, attempt) =>
    attempt === 1 ? fail("unavailable", "503") : hang(request, bounds, attempt),
  );
  const [result] = await finish(clock, run(["a:1"], { overallTimeoutMs: 20_000 }), 20_000);
  assert.deepEqual(result?.outcome === "failed" && [result.kind, result.message], ["unavailable", "503"]);
});

test("tells of the attempt that the end of the run cut", async () => {
  const { clock, events, run } = createBench(hang);
  await finish(clock, run(["a:1"], { overallTimeoutMs: 20_000 }), 20_000);
  const failed = events.filter((event) => event.type === "attempt-failed");
  assert.deepEqual(
    failed.map(({ kind, nextAttemptInMs }) => [kind, nextAttemptInMs]),
    [["timeout", undefined]],
  );
});

test("asks a registry no more that wants to be left alone for longer than the run", async () => {
  const { clock, pulls, run } = createBench(async () => {
    throw new RuntimeError("429", { kind: "rate-limited", retryAfterMs: 3_600_000 });
  });
  const images = ["busy.test/a:1", "busy.test/b:1", "busy.test/c:1"];
  const results = await finish(clock, run(images, { maxParallel: 1 }), 1000);
  const kinds = results.map((result) => result.outcome === "failed" && result.kind);
  assert.deepEqual([kinds, pulls.length], [["rate-limited", "rate-limited", "rate-limited"], 1]);
});

test("tries the next credential after a failure in words of the token service's own", async () => {
  const auths = [{ username: "wrong" }, { username: "right" }];
  const { clock, pulls, run } = createBench(async ({ auth }) => {
    if (auth?.username !== "right") fail("unknown", "failed to fetch oauth token: 400 Bad Request");
  }, auths);
  const [result] = await finish(clock, run(["a:1"]), 1000);
  assert.deepEqual([pulls.length, result?.outcome], [2, "pulled"]);
});

test("tells what is present before the first pull begins", async () => {
  const { clock, store, events, run } = createBench(succeed);
  store.set("there:1", listed("there:1"));
  await finish(clock, run(["missing:1", "there:1"]), 1000);
  assert.deepEqual(
    events.slice(0, 2).map(({ type }) => type),
    ["done", "attempt"],
  );
});

test("tells a final state of each image, once", async () => {
  const { clock, store, events, run } = createBench(async ({ image }) => {
    if (image === "bad:1") fail("denied");
  });
  store.set("there:1", listed("there:1"));
  await finish(clock, run(["bad:1", "Bad", "there:1", "good:1"]), 10_000);
  const done = events.flatMap((event) => (event.type === "done" ? [event.result.ref] : []));
  assert.deepEqual(done.sort(), ["Bad", "bad:1", "good:1", "there:1"]);
});

test("treats what it did not foresee as a failure of that image alone", async () => {
  const { clock, run } = createBench(async ({ image }) => {
    if (image === "odd:1") throw new TypeError("surprise");
  });
  const results = await finish(clock, run(["odd:1", "a:1"], { overallTimeoutMs: 10_000 }), 10_000);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["failed", "pulled"],
  );
  assert.equal(results[0]?.outcome === "failed" && results[0].kind, "unknown");
});
