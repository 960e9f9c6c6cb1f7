import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { installOnce } from "./install/cached.ts";
import { withLock } from "./lock.ts";

const base = mkdtempSync(join(tmpdir(), "prestow-lock-"));
after(() => rmSync(base, { recursive: true }));

test("only one holder of a lock works at a time, and all get their turn", async () => {
  let working = 0;
  let most = 0;
  const work = async () => {
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setTimeout(resolve, 5));
    working -= 1;
    return "done";
  };
  const lock = join(base, "locks", "one.lock");
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => withLock(lock, work))), ["done", "done", "done"]);
  assert.equal(most, 1);
});

test("a lock is free again after an error", async () => {
  const lock = join(base, "error.lock");
  const fail = () => Promise.reject(new Error("no"));
  await assert.rejects(withLock(lock, fail), /no/);
  assert.equal(await withLock(lock, async () => "free"), "free");
});

test("of two installations at once one builds and both find it whole", async () => {
  const folder = join(base, "cache", "tool-1");
  let builds = 0;
  const build = async (into: string) => {
    builds += 1;
    assert.equal(existsSync(folder), false);
    writeFileSync(join(into, "tool"), "");
  };
  assert.deepEqual(await Promise.all([installOnce(folder, build), installOnce(folder, build)]), [
    folder,
    folder,
  ]);
  assert.equal(builds, 1);
  assert.deepEqual(readdirSync(folder), ["tool"]);
});

test("an installation that fails leaves nothing and is tried again", async () => {
  const folder = join(base, "again", "tool-1");
  await assert.rejects(
    installOnce(folder, () => Promise.reject(new Error("no network"))),
    /no network/,
  );
  assert.deepEqual(readdirSync(join(base, "again")), ["tool-1.lock"]);
  await installOnce(folder, async () => undefined);
  assert.ok(existsSync(folder));
});
