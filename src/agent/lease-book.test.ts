import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "../lib/log.ts";
import type { RuntimeDownloads } from "../runtime/downloads.ts";
import { type ErrorKind, RuntimeError } from "../runtime/errors.ts";
import { createLeaseBook } from "./lease-book.ts";

const never = new AbortController().signal;
const log = createLogger({ level: "error", format: "json", clock: { dateMs: () => 0 }, write: () => {} });

function createDownloads(fails = false) {
  const live = new Map<string, number>();
  const discarded: string[] = [];
  const refuse = async () => {
    throw new Error("refused");
  };
  const downloads: RuntimeDownloads = {
    createLease: fails
      ? refuse
      : async (ttlMs) => {
          const id = `lease-${live.size + 1}`;
          live.set(id, ttlMs);
          return id;
        },
    deleteLease: fails ? refuse : async (id) => void live.delete(id),
    listActive: async () => [],
    listCompleted: async () => [],
    discard: fails ? refuse : async (id, which) => void discarded.push(`${which} of ${id}`),
    readLayers: async () => undefined,
  };
  return { downloads, live, discarded };
}

test("gives an image the same lease for all its attempts", async () => {
  const { downloads, live } = createDownloads();
  const book = createLeaseBook(downloads, 5000, log);
  assert.equal(await book.leaseFor("a", never), "lease-1");
  assert.equal(await book.leaseFor("a", never), "lease-1");
  assert.equal(await book.leaseFor("b", never), "lease-2");
  assert.deepEqual([...live.values()], [5000, 5000]);
});

test("deletes the lease of an image that is done", async () => {
  const { downloads, live } = createDownloads();
  const book = createLeaseBook(downloads, 5000, log);
  await book.leaseFor("a", never);
  await book.release("a");
  await book.release("never leased");
  assert.equal(live.size, 0);
});

test("does without leases where the runtime has none or refuses", async () => {
  assert.equal(await createLeaseBook(undefined, 5000, log).leaseFor("a", never), undefined);
  const book = createLeaseBook(createDownloads(true).downloads, 5000, log);
  assert.equal(await book.leaseFor("a", never), undefined);
  await book.release("a");
});

test("discards downloads of an image's lease, and keeps the lease", async () => {
  const { downloads, live, discarded } = createDownloads();
  const book = createLeaseBook(downloads, 5000, log);
  await book.discard("a", "complete", never);
  await book.leaseFor("a", never);
  await book.discard("a", "complete", never);
  assert.deepEqual(discarded, ["complete of lease-1"]);
  assert.equal(live.size, 1);
});

test("deletes the leases of a whole run", async () => {
  const { downloads, live } = createDownloads();
  const book = createLeaseBook(downloads, 5000, log);
  for (const image of ["a", "b", "c"]) await book.leaseFor(image, never);
  await book.releaseAll(["a", "c", "never leased"]);
  assert.deepEqual([...live.keys()], ["lease-2"]);
});

test("has a lease ready that was asked for before, and only one", async () => {
  const { downloads, live } = createDownloads();
  const book = createLeaseBook(downloads, 5000, log);
  book.prepare("a", never);
  book.prepare("a", never);
  assert.equal(await book.leaseFor("a", never), "lease-1");
  assert.equal(live.size, 1);
});

test("asks again after it got none", async () => {
  const { downloads, live } = createDownloads();
  const stop = new AbortController();
  const createLease = downloads.createLease;
  let refused = false;
  const once: RuntimeDownloads = {
    ...downloads,
    async createLease(ttlMs, bounds) {
      if (refused) return await createLease(ttlMs, bounds);
      refused = true;
      throw new Error("refused");
    },
  };
  const book = createLeaseBook(once, 5000, log);
  assert.equal(await book.leaseFor("a", stop.signal), undefined);
  assert.equal(await book.leaseFor("a", stop.signal), "lease-1");
  assert.equal(live.size, 1);
});

test("forgets a lease that the runtime does not know any more, and no other", async () => {
  const { downloads, live } = createDownloads();
  let kind: ErrorKind = "timeout";
  const listCompleted: RuntimeDownloads["listCompleted"] = async (id) => {
    if (!live.has(id)) throw new RuntimeError(`lease "${id}"`, { kind });
    return [];
  };
  const book = createLeaseBook({ ...downloads, listCompleted }, 5000, log);
  await book.forgetLost("never leased", never);
  assert.equal(await book.leaseFor("a", never), "lease-1");
  await book.forgetLost("a", never);
  assert.equal(await book.leaseFor("a", never), "lease-1");
  live.clear();
  await book.forgetLost("a", never);
  assert.deepEqual([await book.leaseFor("a", never), live.size], ["lease-1", 0]);
  kind = "not-found";
  await book.forgetLost("a", never);
  assert.equal(await book.leaseFor("a", never), "lease-1");
  assert.equal(live.size, 1);
});
