import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLogger } from "../../lib/log.ts";
import { restoreMemory } from "./restore.ts";

const limits = { maxEntries: 10, maxBytes: 10_000 };
const log = createLogger({ level: "info", format: "json", clock: { dateMs: () => 0 }, write: () => {} });

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "prestow-restore-"));
});
after(() => rm(folder, { recursive: true }));

test("a state file that cannot be read is a ConfigError that names flag and path", async () => {
  await assert.rejects(restoreMemory(folder, limits, log), {
    name: "ConfigError",
    message: new RegExp(`^--state-file: ${folder}: EISDIR`),
  });
});

test("a broken state file that cannot be moved aside is one, too", async () => {
  const path = join(folder, "state");
  await writeFile(path, "broken\nbroken\n");
  await mkdir(join(`${path}.broken`, "taken"), { recursive: true });
  await assert.rejects(restoreMemory(path, limits, log), {
    name: "ConfigError",
    message: new RegExp(`^--state-file: ${path}: E`),
  });
});

test("one that is not there is an empty memory", async () => {
  assert.equal((await restoreMemory(join(folder, "none"), limits, log)).store.size, 0);
});
