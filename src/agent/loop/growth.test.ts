import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../../../test/agent/simulate-syncs.ts", import.meta.url));

test("does not grow over 10,000 syncs with images that come, fail, are deleted and go", async () => {
  const run = promisify(execFile)(process.execPath, ["--expose-gc", script], { timeout: 60_000 });
  const { grownBytes, images, sleepers } = JSON.parse((await run).stdout);
  assert.ok(grownBytes < 600_000, `the heap has grown by ${grownBytes} bytes`);
  assert.deepEqual([images, sleepers], [3, 0]);
});
