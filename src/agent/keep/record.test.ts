import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogLines } from "../../../test/keep/log-lines.ts";
import { temporaryFolder } from "../../../test/keep/temporary-folder.ts";
import { listedImage } from "../../../test/keep/world.ts";
import { openPullRecord, type PullRecord } from "./record.ts";

const image = listedImage("game:1");
const name = "docker.io/library/game:1";
const clock = createManualClock();

async function openIn(stateDir: string) {
  const { log, lines } = createLogLines();
  const record = await openPullRecord({ stateDir, clock, log });
  opened.push(record);
  return { record, lines };
}

const opened: PullRecord[] = [];
const folderOf = (t: TestContext) =>
  temporaryFolder(t, async () => void (await Promise.all(opened.map((record) => record.saved()))));

test("a later run knows what was pulled, and the folder is made", async (t) => {
  const stateDir = join(await folderOf(t), "deep", "state");
  const { record } = await openIn(stateDir);
  record.note(name, image.id);
  await record.saved();
  const again = await openIn(stateDir);
  const pulled = { imageId: image.id, pulledAt: "1970-01-01T00:00:00.000Z" };
  assert.deepEqual([...again.record.pulls], [[name, pulled]]);
  assert.deepEqual(again.lines, []);
  assert.deepEqual(await readdir(stateDir), ["pulled.json"]);
  const text = await readFile(join(stateDir, "pulled.json"), "utf8");
  assert.deepEqual(JSON.parse(text), { version: 1, images: { [name]: pulled } });
});

const broken: Record<string, string> = {
  "no JSON": "{",
  empty: "",
  "no object": "[]",
  "of another version": '{"version":2,"images":{}}',
  "without images": '{"version":1}',
  "one with a strange entry": `{"version":1,"images":{"${name}":{"imageId":"sha256:a","pulledAt":""},"b":{}}}`,
  "too large": " ".repeat(5 * 1024 * 1024),
};

for (const [what, text] of Object.entries(broken)) {
  test(`a record that is ${what} begins anew, and that is said once`, async (t) => {
    const stateDir = await folderOf(t);
    await writeFile(join(stateDir, "pulled.json"), text);
    const { record, lines } = await openIn(stateDir);
    assert.equal(record.pulls.size, 0);
    assert.equal(record.kept, true);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^warn the record of pulled images is broken/);
    assert.deepEqual((await openIn(stateDir)).lines, []);
  });
}

test("a record that cannot be written says so once, goes on in memory, and says when it can be again", async (t) => {
  const stateDir = await folderOf(t);
  // Where the file is written first; root may write anywhere but over a folder.
  const obstacle = join(stateDir, "pulled.json.new");
  await mkdir(obstacle);
  const { record, lines } = await openIn(stateDir);
  assert.equal(record.kept, false);
  record.note(name, image.id);
  await record.saved();
  assert.equal(record.pulls.size, 1);
  assert.equal(lines.length, 1);
  await rmdir(obstacle);
  record.forgetAbsent([image]);
  await record.saved();
  assert.equal(record.kept, true);
  assert.match(lines[1] ?? "", /^info .* written again/);
});

test("what the runtime no longer has is forgotten", async (t) => {
  const { record } = await openIn(await folderOf(t));
  record.note(name, image.id);
  record.forgetAbsent([image]);
  assert.equal(record.pulls.size, 1);
  record.forgetAbsent([]);
  assert.equal(record.pulls.size, 0);
});

test("a list that was asked for before the pull ended forgets nothing, the next one does", async (t) => {
  const { record } = await openIn(await folderOf(t));
  record.note(name, image.id);
  const stale = [listedImage("else:1")];
  record.forgetAbsent(stale);
  record.forgetAbsent(stale);
  assert.equal(record.pulls.size, 1);
  record.forgetAbsent([...stale]);
  assert.equal(record.pulls.size, 0);
});

test("what an earlier run pulled and the runtime no longer has is forgotten at the first list", async (t) => {
  const stateDir = await folderOf(t);
  const first = await openIn(stateDir);
  first.record.note(name, image.id);
  await first.record.saved();
  const { record } = await openIn(stateDir);
  record.forgetAbsent([]);
  assert.equal(record.pulls.size, 0);
  await record.saved();
  assert.equal((await openIn(stateDir)).record.pulls.size, 0);
});

test("a removed image is forgotten with all its names", async (t) => {
  const { record } = await openIn(await folderOf(t));
  record.note(name, image.id);
  record.note("docker.io/library/game:2", image.id);
  record.note("docker.io/library/else:1", "sha256:else");
  record.forgetImage(image.id);
  assert.deepEqual([...record.pulls.keys()], ["docker.io/library/else:1"]);
});

test("it is bounded: the oldest go first", async (t) => {
  const { record } = await openIn(await folderOf(t));
  for (let i = 0; i < 5100; i++) record.note(`game:${i}`, "sha256:a");
  record.note("game:200", "sha256:a");
  assert.equal(record.pulls.size, 5000);
  assert.equal(record.pulls.has("game:99"), false);
  assert.equal(record.pulls.has("game:100"), true);
  await record.saved();
});
