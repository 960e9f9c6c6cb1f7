import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mkdir, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { WatchDirectory } from "./directory-watch.ts";
import { createListSource, type ListSourceOptions } from "./list-source.ts";

const never = 2 ** 30;
const noWatch: WatchDirectory = () => undefined;

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "list-source-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a source until the test ends; `until` waits for a change after which the set is as it says. */
function start(t: TestContext, path: string, changed: Partial<ListSourceOptions> = {}) {
  const said: string[] = [];
  const say = (message: string) => {
    said.push(message);
  };
  const log: Logger = { debug: say, info: say, warn: say, error: say };
  const timing = { pollMs: never, settleMs: 5 };
  const source = createListSource({ path, clock: systemClock, log, timing, ...changed });
  const stop = new AbortController();
  const waiting = new Set<() => void>();
  const show = () => {
    const { state, images } = source.current();
    return [state, ...images.map(({ ref }) => ref)].join(" ");
  };
  const ended = source.run(() => {
    for (const look of waiting) look();
  }, stop.signal);
  t.after(async () => {
    stop.abort();
    await ended;
  });
  const until = (expected: string) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${show()}, not ${expected}`)), 30_000);
      const look = () => {
        if (show() !== expected) return;
        waiting.delete(look);
        clearTimeout(late);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { source, stop, ended, until, show, said };
}

/** Writes a volume as the kubelet does: a folder of its own for each version, and a link that is swapped. */
async function mountConfigMap(folder: string, version: string, text: string): Promise<void> {
  await mkdir(join(folder, `..${version}`));
  await writeFile(join(folder, `..${version}`, "images.txt"), text);
  await symlink(`..${version}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}

test("reads the list, and says of a line that names no image where it is", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n# c\nNot An Image\n");
  const { source, until, said } = start(t, path);
  assert.equal(source.current().state, "waiting");
  await until("synced a:1 Not An Image");
  const { detail, images } = source.current();
  assert.match(detail ?? "", /^one line names no image: .*images\.txt:3: it has white space/);
  assert.deepEqual(
    images.map(({ where, fault }) => `${where.split("/").at(-1)} ${fault !== undefined}`),
    ["images.txt:1 false", "images.txt:3 true"],
  );
  assert.deepEqual(said, ["image list read"]);
});

test("an empty list that can be read desires nothing", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "");
  await start(t, path).until("synced");
});

test("follows a ConfigMap's volume at once", async (t) => {
  const folder = await createFolder(t);
  await mountConfigMap(folder, "v1", "a:1\n");
  await symlink(join("..data", "images.txt"), join(folder, "images.txt"));
  const { until } = start(t, join(folder, "images.txt"));
  await until("synced a:1");
  await mountConfigMap(folder, "v2", "a:2\n");
  await until("synced a:2");
  await mountConfigMap(folder, "v3", "a:3\nb:1\n");
  await until("synced a:3 b:1");
});

test("follows a file that is written in place or replaced", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  const { until } = start(t, path);
  await until("synced a:1");
  await writeFile(path, "b:1\n");
  await until("synced b:1");
  await writeFile(`${path}.new`, "c:1\n");
  await rename(`${path}.new`, path);
  await until("synced c:1");
});

test("a file that is touched, with what it had, is no change", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  const heard: ((name: string | undefined) => void)[] = [];
  const watch: WatchDirectory = (_, { onEvent }) => {
    heard.push(onEvent);
    return { close() {} };
  };
  const clock = createManualClock();
  const { source, until, said } = start(t, path, { clock, watch });
  await until("synced a:1");
  const known = source.current();
  const again = async () => {
    heard.at(-1)?.("images.txt");
    while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
    await clock.advance(5);
  };
  await again();
  while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
  assert.equal(source.current(), known);
  await utimes(path, 1, 1);
  const { atime, mtime } = await stat(path);
  await writeFile(path, "b:1\n");
  await utimes(path, atime, mtime);
  await again();
  await until("synced b:1");
  assert.deepEqual(said, ["image list read", "image list read"]);
});

test("keeps the last list while the file is away, and says so once", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  const { source, until, said } = start(t, path);
  await until("synced a:1");
  await rename(path, `${path}.away`);
  await until("failing a:1");
  assert.match(source.current().detail ?? "", /images\.txt" does not exist/);
  await rename(`${path}.away`, path);
  await until("synced a:1");
  assert.deepEqual(said, ["image list read", "image list cannot be read", "image list read"]);
});

test("waits for a list that is not there yet, nor its folder", async (t) => {
  const folder = join(await createFolder(t), "volume");
  const timing = { pollMs: 20, settleMs: 5 };
  const { source, until } = start(t, join(folder, "images.txt"), { timing });
  await until("waiting");
  assert.equal(source.current().state, "waiting");
  await mkdir(folder);
  await writeFile(join(folder, "images.txt"), "a:1\n");
  await until("synced a:1");
});

test("a directory in the file's place fails as one that is away does", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  const { source, until } = start(t, path);
  await until("synced a:1");
  await rm(path);
  await mkdir(path);
  await until("failing a:1");
  // Between both steps it was away: what counts is that it never was empty.
  assert.match(source.current().detail ?? "", /does not exist|is a directory/);
});

test("a device is refused rather than read without end", async (t) => {
  const { source, stop, ended } = start(t, "/dev/zero", { watch: noWatch });
  const clock = systemClock;
  while (!source.current().detail?.includes("no regular file")) await clock.sleep(5, t.signal);
  assert.equal(source.current().state, "waiting");
  stop.abort();
  await ended;
});

test("looks each 10 s where nothing tells of changes, and not more often", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  const clock = createManualClock();
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  const source = createListSource({ path, clock, log, watch: noWatch });
  const stop = new AbortController();
  let wake = () => {};
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  const first = changed();
  const ended = source.run(() => wake(), stop.signal);
  await first;
  await writeFile(path, "b:1\n");
  const second = changed();
  await clock.advance(9999);
  assert.equal(source.current().images[0]?.ref, "a:1");
  await clock.advance(1);
  await second;
  assert.equal(source.current().images[0]?.ref, "b:1");
  stop.abort();
  await ended;
  assert.equal(clock.sleepers(), 0);
});

test("watches anew where a change was missed, and hears nothing of other files", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  await writeFile(path, "a:1\n");
  let closed = 0;
  const heard: ((name: string | undefined) => void)[] = [];
  const watch: WatchDirectory = (_, { onEvent }) => {
    heard.push(onEvent);
    return { close: () => closed++ };
  };
  const clock = createManualClock();
  const { until } = start(t, path, { clock, watch, timing: { pollMs: 10_000, settleMs: 100 } });
  await until("synced a:1");
  await writeFile(path, "b:1\n");
  while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
  heard.at(-1)?.("other.txt");
  await clock.advance(5000);
  assert.deepEqual([heard.length, clock.sleepers()], [1, 1]);
  await clock.advance(5000);
  await until("synced b:1");
  while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
  await clock.advance(100);
  while (heard.length < 2) await systemClock.sleep(1, t.signal);
  assert.equal(closed, 1);
});

test("says once that a file is away, and keeps nothing of each look", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  const clock = createManualClock();
  const { stop, said } = start(t, path, { clock, watch: noWatch, timing: { pollMs: 10, settleMs: 1 } });
  for (let look = 0; look < 5; look++) {
    while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
    await clock.advance(10);
  }
  while (clock.sleepers() === 0) await systemClock.sleep(1, t.signal);
  assert.deepEqual(said, ["image list cannot be read"]);
  assert.equal(getEventListeners(stop.signal, "abort").length, 1);
});

test("ends as soon as it is told", async (t) => {
  const path = join(await createFolder(t), "images.txt");
  const { stop, ended, until } = start(t, path);
  await until("waiting");
  stop.abort();
  await ended;
});
