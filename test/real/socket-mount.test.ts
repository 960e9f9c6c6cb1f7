import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand } from "../../lab/run-command.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import {
  createDeadSocketWatch,
  isConnectionRefused,
  readMountedAsFile,
} from "../../src/runtime/socket-mount.ts";
import { startTestContainerd } from "../containerd/matrix.ts";

const bounds = { timeoutMs: 30_000 };

test("a socket that is mounted by itself is dead after a restart of containerd, and told as lost", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-m-"));
  const containerd = await startTestContainerd("debian");
  const mounted = join(folder, "cri.sock");
  await writeFile(mounted, "");
  const environment = process.env;
  await runCommand(["mount", "--bind", containerd.socket, mounted], { environment });
  const channel = createChannel({ target: { path: mounted } });
  t.after(async () => {
    channel.close();
    await runCommand(["umount", mounted], { environment });
    await containerd.dispose();
    await rm(folder, { recursive: true });
  });
  assert.equal(await readMountedAsFile(mounted), true);
  assert.equal(await readMountedAsFile(containerd.socket), false);

  const runtime = createCriRuntime(channel);
  await runtime.version(bounds);
  await containerd.restart();
  const failures: unknown[] = [];
  while (!failures.some(isConnectionRefused) && failures.length < 10) {
    failures.push(await runtime.version(bounds).catch((error: unknown) => error));
  }
  assert.ok(isConnectionRefused(failures.at(-1)), String(failures.at(-1)));

  let aheadMs = 0;
  const watch = createDeadSocketWatch(true, () => systemClock.nowMs() + aheadMs);
  watch.note(undefined);
  assert.equal(watch.note(failures.at(-1)), false);
  aheadMs = 10_000;
  assert.equal(watch.note(failures.at(-1)), true);
});
