import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { daemonError, spawnDaemon } from "./daemon.ts";
import { isRunning, readProcessIdentity, stopProcess, waitForExit } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-daemon-"));
after(() => rmSync(folder, { recursive: true }));
const environment = { PATH: process.env["PATH"] };

test("a daemon runs under the id that it was started with, and its output is in its log", async () => {
  const logFile = join(folder, "own.log");
  const command = ["sh", "-c", "echo one; echo two >&2; exec sleep 60"] as const;
  const daemon = await spawnDaemon({ command: [...command], environment, logFile, outlivesParent: true });
  assert.equal(isRunning(daemon), true);
  while (!readFileSync(logFile, "utf8").includes("two")) await new Promise(setImmediate);
  await stopProcess(daemon);
  assert.equal(readFileSync(logFile, "utf8"), "one\ntwo\n");
});

test("a daemon that may not outlive us ends with us, even when we are killed", async () => {
  const script = `
    import { spawnDaemon } from ${JSON.stringify(join(import.meta.dirname, "daemon.ts"))};
    const logFile = ${JSON.stringify(join(folder, "bound.log"))};
    const daemon = await spawnDaemon({ command: ["sleep", "60"], environment: process.env, logFile });
    process.stdout.write(String(daemon.pid));
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [pid] = await once(parent.stdout.setEncoding("utf8"), "data");
  const daemon = readProcessIdentity(Number(pid));
  assert.ok(daemon);
  parent.kill("SIGKILL");
  assert.equal(await waitForExit(daemon, 5_000), true);
});

test("a program that is not there is an error", async () => {
  const options = { environment, logFile: join(folder, "none.log"), outlivesParent: true };
  await assert.rejects(spawnDaemon({ command: ["/no/such/program"], ...options }), /ENOENT/);
});

test("an error with a log ends with its last lines, harmless to a terminal", () => {
  const logFile = join(folder, "harm.log");
  const { message } = daemonError("it ended", join(folder, "absent.log"));
  assert.match(message, /^it ended \(no log in .*absent\.log\)$/);
  return spawnDaemon({ command: ["printf", "a\\n\\033[2Jb\\n"], environment, logFile, outlivesParent: true })
    .catch(() => undefined)
    .then((daemon) => daemon && waitForExit(daemon, 5_000))
    .then(() =>
      assert.match(
        daemonError("it ended", logFile).message,
        /the end of .*harm\.log:\n {2}a\n {2}\\x1b\[2Jb$/,
      ),
    );
});
