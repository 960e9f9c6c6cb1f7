import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { ProcessLimits } from "./bounded-process.ts";
import type { ProviderConfig } from "./provider-config.ts";
import { CredentialProviderError, type CredentialProviderErrorKind } from "./provider-error.ts";
import { type AskPlugin, createAskPlugin } from "./provider-plugin.ts";

const canary = "c4n4ry-s3cret";
const token = "t0k3n-of-the-environment";
const apiVersion = "credentialprovider.kubelet.k8s.io/v1";
const answer = JSON.stringify({
  kind: "CredentialProviderResponse",
  apiVersion,
  cacheKeyType: "Image",
  auth: { "reg.io": { username: "alice", password: canary } },
});

let binDir = "";
before(async () => {
  binDir = await mkdtemp(join(tmpdir(), "prestow-plugin-"));
});
after(() => rm(binDir, { recursive: true }));

let count = 0;
interface Setup {
  readonly config?: Partial<ProviderConfig>;
  readonly limits?: Partial<ProcessLimits>;
  readonly env?: Record<string, string>;
  readonly clock?: Clock;
}

/** A plugin that is a script of the shell, with the folder `$DIR` to write to. */
async function createPlugin(script: string, setup: Setup = {}): Promise<AskPlugin> {
  const name = `plugin-${count++}`;
  await writeFile(join(binDir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const config = {
    name,
    apiVersion,
    matchImages: [],
    defaultCacheDurationMs: 0,
    args: [],
    env: {},
    ...setup.config,
  };
  const env = { PATH: process.env["PATH"], DIR: binDir, ANSWER: answer, ...setup.env };
  return createAskPlugin({
    config,
    binDir,
    env,
    clock: setup.clock ?? systemClock,
    ...(setup.limits && { limits: setup.limits }),
  });
}

function ask(plugin: AskPlugin, signal = new AbortController().signal) {
  return plugin("reg.io/team/app", signal);
}

async function rejectsWith(
  promise: Promise<unknown>,
  kind: CredentialProviderErrorKind,
  message: RegExp,
): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof CredentialProviderError, String(error));
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, /^credential provider plugin-\d+: /);
    assert.match(error.message, message);
    const shown = `${error.stack} ${String(error.cause)}`;
    for (const secret of [canary, token]) assert.ok(!shown.includes(secret), shown);
    return true;
  });
}

/** Whether the process whose id the plugin wrote is gone; the kernel takes a moment. */
async function isGone(file: string): Promise<boolean> {
  const pid = (await readFile(join(binDir, file), "utf8")).trim();
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await systemClock.sleep(10)) {
    const status = existsSync(`/proc/${pid}/stat`)
      ? await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
      : "";
    if (status === "" || / [ZX] /.test(status)) return true;
  }
  return false;
}

test("gives the request to the plugin and takes its answer", async () => {
  const plugin = await createPlugin('cat > "$DIR/request"; echo "$ANSWER"');
  const { credentials } = await ask(plugin);
  assert.deepEqual(
    credentials.map(({ secrets }) => secrets),
    [{ username: "alice", password: canary }],
  );
  assert.deepEqual(JSON.parse(await readFile(join(binDir, "request"), "utf8")), {
    kind: "CredentialProviderRequest",
    apiVersion,
    image: "reg.io/team/app",
  });
});

test("gives the plugin its arguments as they are, and its environment over ours", async () => {
  const plugin = await createPlugin(
    'printf "%s|" "$@" "$OURS" "$BOTH" "$ITS" > "$DIR/given"; echo "$ANSWER"',
    {
      config: { args: ["a b", "$HOME", ""], env: { ITS: "3", BOTH: "2" } },
      env: { OURS: "1", BOTH: "1" },
    },
  );
  await ask(plugin);
  assert.equal(await readFile(join(binDir, "given"), "utf8"), "a b|$HOME||1|2|3|");
});

test("takes the answer of a plugin that does not read its request", async () => {
  const plugin = await createPlugin('exec <&-; echo "$ANSWER"');
  assert.equal((await plugin("r".repeat(1_000_000), new AbortController().signal)).credentials.length, 1);
});

test("takes the answer of a plugin that is slow but in time", async () => {
  const plugin = await createPlugin('sleep 0.3; echo "$ANSWER"');
  assert.equal((await ask(plugin)).credentials.length, 1);
});

test("takes an answer that comes in pieces", async () => {
  const plugin = await createPlugin('echo "{"; sleep 0.1; echo "$ANSWER" | cut -c2-');
  assert.equal((await ask(plugin)).credentials.length, 1);
});

const failures: Record<string, [script: string, kind: CredentialProviderErrorKind, message: RegExp]> = {
  "crashes with a message": [
    `echo ${canary}; echo no metadata service >&2; exit 3`,
    "exit",
    /ended with status 3: no metadata service$/,
  ],
  "crashes without a message": [`echo ${canary}; exit 1`, "exit", /ended with status 1$/],
  "is killed by a signal": ["kill -TERM $$", "exit", /ended with SIGTERM$/],
  "shows its answer as a message": [
    'echo "$ANSWER"; echo "debug: $ANSWER" >&2; exit 1',
    "exit",
    /status 1: debug: /,
  ],
  "shows a secret of its environment": [`echo "using $TOKEN" >&2; exit 1`, "exit", /status 1: using \*\*\*$/],
  "colours its message": ["printf '\\033[31mred\\n' >&2; exit 1", "exit", /status 1: \\x1b\[31mred$/],
  "writes nothing": ["true", "invalid-response", /not a JSON object/],
  "writes garbage": [`echo ${canary}`, "invalid-response", /not a JSON object/],
  "writes half an answer": ['printf "%.80s" "$ANSWER"', "invalid-response", /not a JSON object/],
  "writes its answer twice": ['echo "$ANSWER$ANSWER"', "invalid-response", /not a JSON object/],
  "answers another version": [
    'echo "$ANSWER" | sed s,k8s.io/v1,k8s.io/v1beta1,',
    "invalid-response",
    /apiVersion is not/,
  ],
};
for (const [name, [script, kind, message]] of Object.entries(failures)) {
  test(`a plugin that ${name} is an error of kind ${kind}`, async () => {
    await rejectsWith(ask(await createPlugin(script, { config: { env: { TOKEN: token } } })), kind, message);
  });
}

test("a plugin that does not exist is an error of kind spawn", async () => {
  const plugin = await createPlugin("true");
  await rm(join(binDir, `plugin-${count - 1}`));
  await rejectsWith(ask(plugin), "spawn", /cannot be started \(ENOENT\)/);
});

test("a plugin whose environment cannot be passed on is an error of kind spawn", async () => {
  const plugin = await createPlugin("true", { config: { env: { A: `${canary}\0` } } });
  await rejectsWith(ask(plugin), "spawn", /cannot be started \(ERR_INVALID_ARG_VALUE\)/);
});

/** A clock on which a minute is over once the plugin has written a file. */
function createDeadlineClock(file: string): Clock {
  const sleep = async (ms: number, signal?: AbortSignal) => {
    assert.equal(ms, 60_000);
    while (!existsSync(join(binDir, file))) await systemClock.sleep(10, signal);
  };
  return { ...systemClock, sleep };
}

test("a plugin that hangs is killed after a minute with all it started", async () => {
  const script = 'sleep 600 & echo $! > "$DIR/child"; echo $$ > "$DIR/parent"; touch "$DIR/hangs"; wait';
  const plugin = await createPlugin(script, { clock: createDeadlineClock("hangs") });
  await rejectsWith(ask(plugin), "timeout", /did not end within 60 s and was killed$/);
  assert.ok(await isGone("parent"));
  assert.ok(await isGone("child"));
});

test("a plugin that floods its output is killed", async () => {
  const plugin = await createPlugin('echo $$ > "$DIR/flood"; exec cat /dev/zero');
  await rejectsWith(ask(plugin), "output-too-large", /wrote more than 1048576 bytes and was killed$/);
  assert.ok(await isGone("flood"));
});

test("a plugin that floods its messages is not disturbed, and little of them is kept", async () => {
  const flood = "head -c 3000000 /dev/zero | tr '\\0' x >&2;";
  const loud = await createPlugin(`${flood} echo "$ANSWER"`);
  assert.equal((await ask(loud)).credentials.length, 1);
  const failing = await createPlugin(`${flood} exit 1`);
  await assert.rejects(ask(failing), (error: Error) => error.message.length < 1200);
});

test("an answer counts although a child of the plugin holds the pipe, and the child is killed", async () => {
  const script = 'sleep 600 & echo $! > "$DIR/holder"; echo "$ANSWER"';
  const plugin = await createPlugin(script, { limits: { drainMs: 500 } });
  assert.equal((await ask(plugin)).credentials.length, 1);
  assert.ok(await isGone("holder"));
});

test("a child that left the plugin's process group cannot hold up the end", async () => {
  const script = 'setsid sleep 600 & echo $! > "$DIR/away"; touch "$DIR/left"; sleep 600';
  const plugin = await createPlugin(script, { clock: createDeadlineClock("left") });
  await rejectsWith(ask(plugin), "timeout", /was killed$/);
  process.kill(Number(await readFile(join(binDir, "away"), "utf8")), "SIGKILL");
});

test("ends with the reason of its signal, and leaves nothing running", async () => {
  const stop = new AbortController();
  const plugin = await createPlugin('echo $$ > "$DIR/aborted"; sleep 600');
  const asked = ask(plugin, stop.signal);
  while (!existsSync(join(binDir, "aborted"))) await systemClock.sleep(10);
  stop.abort(new Error("stopped"));
  await assert.rejects(asked, new Error("stopped"));
  assert.ok(await isGone("aborted"));
});

test("does not even try to start a plugin once its signal is aborted", async () => {
  const plugin = await createPlugin("true", { config: { env: { A: "cannot be passed on\0" } } });
  await assert.rejects(ask(plugin, AbortSignal.abort(new Error("stopped"))), new Error("stopped"));
});
