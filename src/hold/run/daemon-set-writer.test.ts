import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { KubeError } from "../../kube/errors.ts";
import type { CallBounds } from "../../lib/call-bounds.ts";
import { createLogger } from "../../lib/log.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { createHoldDaemonSet } from "../objects/daemon-set.ts";
import { podLabels } from "../objects/names.ts";
import { createDaemonSetWriter } from "./daemon-set-writer.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
});

const desired = createHoldDaemonSet(config, {
  mode: "containers",
  images: [{ name: "web", ref: "web:1", pinnedRef: "web:1", digest: undefined }],
  gated: false,
  pauseImage: "example.com/prestow:1",
  openShift: false,
  ownerUid: "uid",
});
const unknown = { known: false, object: undefined };
const live = {
  metadata: { ownerReferences: [{ kind: "Deployment", name: "puller" }] },
  spec: { selector: { matchLabels: podLabels } },
};

/** A writer, and the calls that it makes; `answer` may throw in place of an answer. */
function createBench(answer: (verb: string) => void) {
  const calls: string[] = [];
  const call =
    (verb: string) =>
    async (path: string, ...rest: readonly unknown[]) => {
      const { signal } = rest.at(-1) as CallBounds;
      signal?.throwIfAborted();
      const name = path.endsWith("?dryRun=All") ? `dry ${verb}` : verb;
      calls.push(name);
      answer(name);
      return {};
    };
  const client = { get: async () => live, post: call("post"), put: call("put"), delete: call("delete") };
  const clock = createManualClock();
  const log = createLogger({ level: "info", format: "text", clock, write: () => {} });
  const writer = createDaemonSetWriter({ client, config, clock, log });
  const write = async (mayUpdate: boolean, signal = new AbortController().signal) => {
    assert.ok(desired);
    return await writer.write(unknown, desired, mayUpdate, signal);
  };
  return { calls, clock, write };
}

// What the API server says of one that is valid, as long as the other is there.
function isThere(verb: string): void {
  if (verb === "dry post") throw new KubeError("it is there", { kind: "conflict" });
}

test("a stop never comes between a DELETE and the POST that belongs to it", async () => {
  const stop = new AbortController();
  const { calls, write } = createBench((verb) => {
    if (verb === "delete") stop.abort(new Error("stopped"));
    isThere(verb);
  });
  await write(false, stop.signal);
  assert.deepEqual(calls, ["dry post", "delete", "post"]);
  await assert.rejects(write(false, stop.signal), /stopped/);
  assert.equal(calls.length, 3, "what has not begun is not begun any more");
});

test("what the API server refuses is told, and what is held stays, with and without update", async () => {
  const { calls, write } = createBench(() => {
    throw new KubeError("tolerations[0].operator: Unsupported value", { kind: "invalid" });
  });
  const outcome = await write(false);
  assert.ok(outcome.kind === "refused");
  assert.match(outcome.reason, /Unsupported value/);
  assert.deepEqual(calls, ["dry post"]);
});

test("what was refused is not asked for again with every look, but after half a minute", async () => {
  const { calls, clock, write } = createBench(() => {
    throw new KubeError("Unsupported value", { kind: "invalid" });
  });
  await write(true);
  assert.equal((await write(true)).kind, "refused");
  assert.deepEqual(calls, ["put"]);
  await clock.advance(30_000);
  await write(true);
  assert.deepEqual(calls, ["put", "put"]);
});

test("nothing is deleted where it is not known whether it can be made again", async () => {
  const { calls, write } = createBench(() => {
    throw new KubeError("may not create", { kind: "forbidden" });
  });
  await assert.rejects(write(false), /may not create/);
  assert.deepEqual(calls, ["dry post"]);
});
