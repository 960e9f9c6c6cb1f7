import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createLogger } from "../../lib/log.ts";
import type { Result } from "../gen/metrics.ts";
import { restoreMemory } from "./restore.ts";
import { createStateFile } from "./state-file.ts";

const limits = { maxEntries: 1000, maxBytes: 10_000_000 };

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "prestow-state-"));
  t.after(() => rm(folder, { recursive: true }));
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "info", format: "json", clock: { dateMs: () => 0 }, write });
  const path = join(folder, "results.jsonl");
  const restore = async () => {
    const memory = await restoreMemory(path, limits, log);
    const file = createStateFile({ path, lines: memory.store.entries, log });
    const add = (fields: Partial<Result>) => file.append(memory.remember({ ...result, ...fields }));
    return { memory, file, add };
  };
  return { path, restore, said: () => lines.map((line) => JSON.parse(line)) };
}

const result: Result = {
  attemptId: "a",
  startedAt: 1,
  image: "nginx",
  error: "",
  durationMs: 5,
  node: "n",
  sizeBytes: 10,
};

test("a restart finds every result, the latest of each attempt, and the totals", async (t) => {
  const { restore, path } = await open(t);
  const first = await restore();
  for (let i = 0; i < 300; i += 1) {
    first.add({ attemptId: `id-${i % 200}`, durationMs: i });
    if (i % 50 === 0) await first.file.saved();
  }
  await first.file.saved();
  const second = await restore();
  assert.deepEqual(second.memory.store.entries(), first.memory.store.entries());
  assert.deepEqual(second.memory.totals.attempts, new Map([["nginx", { succeeded: 200, failed: 0 }]]));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a file that has doubled is written anew", async (t) => {
  const { restore, path } = await open(t);
  const { add, file, memory } = await restore();
  for (let round = 0; round < 30; round += 1) {
    for (let i = 0; i < 100; i += 1)
      add({ attemptId: `id-${i}`, error: "x".repeat(1900), durationMs: round });
    await file.saved();
  }
  add({ attemptId: "last" });
  await file.saved();
  assert.ok((await stat(path)).size < 2 * 1024 * 1024, "30 rounds of 200 kB are not all in it");
  const again = await restore();
  assert.deepEqual(new Set(again.memory.store.entries()), new Set(memory.store.entries()));
});

test("a last line that a crash cut is left out, and the file goes on after it", async (t) => {
  const { restore, path } = await open(t);
  const first = await restore();
  first.add({ attemptId: "a" });
  await first.file.saved();
  await appendFile(path, '{"attempt_id":"b","ima');
  const second = await restore();
  assert.equal(second.memory.store.size, 1);
  second.add({ attemptId: "c" });
  await second.file.saved();
  assert.equal((await restore()).memory.store.size, 2);
});

for (const [name, content] of Object.entries({
  "no text at all": Buffer.from([0, 255, 1, 10, 7]).toString("latin1"),
  "one line that is no result": "garbage",
  "a bad line among good ones": '{"attempt_id":"a"}\n{"attempt_id":5}\n{"attempt_id":"b"}\n',
})) {
  test(`a broken file (${name}) is kept aside with a warning, and all starts empty`, async (t) => {
    const { restore, path, said } = await open(t);
    await writeFile(path, content);
    const { memory, add, file } = await restore();
    assert.equal(memory.store.size, 0);
    assert.equal(await readFile(`${path}.broken`, "utf8"), content);
    assert.deepEqual([said()[0]?.level, said()[0]?.aside], ["warn", `${path}.broken`]);
    add({ attemptId: "new" });
    await file.saved();
    assert.equal((await restore()).memory.store.size, 1);
  });
}

test("a file that cannot be written is said once, holds nothing up, and is made good later", async (t) => {
  const { restore, path, said } = await open(t);
  const { add, file } = await restore();
  await mkdir(`${path}.new`);
  for (let i = 0; i < 5; i += 1) {
    add({ attemptId: `id-${i}` });
    await file.saved();
  }
  const warnings = said().filter(({ level }) => level === "warn");
  assert.equal(warnings.length, 1);
  await rm(`${path}.new`, { recursive: true });
  await file.flush();
  assert.equal((await restore()).memory.store.size, 5);
});

test("results that outrun the disk are not held twice, and none is lost", async (t) => {
  const { restore } = await open(t);
  const { add, file, memory } = await restore();
  await file.flush();
  add({ attemptId: "first" });
  // The round that writes it has begun, and the disk takes longer than this.
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  for (let i = 0; i < 900; i += 1) add({ attemptId: `id-${i}`, error: "x".repeat(1900) });
  await file.saved();
  assert.deepEqual((await restore()).memory.store.entries(), memory.store.entries());
});
