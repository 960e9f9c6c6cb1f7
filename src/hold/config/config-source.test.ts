import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { type ConfigSource, type ConfigSourceOptions, createConfigSource } from "./config-source.ts";

const env = { DEPLOYMENT_NAME: "puller", IMAGES: "a=debian:12", CACHING_INTERVAL_HOURS: "1" };
const never = 2 ** 30;

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "config-source-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Writes a volume as the kubelet does: a folder for each version, and a link that is swapped. */
async function mount(folder: string, version: number, variables: Record<string, string>): Promise<void> {
  await mkdir(join(folder, `..${version}`));
  for (const [name, value] of Object.entries(variables)) {
    await writeFile(join(folder, `..${version}`, name), value);
    if (version === 1) await symlink(`..data/${name}`, join(folder, name));
  }
  await symlink(`..${version}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}

function createOptions(changed: Partial<ConfigSourceOptions>) {
  const said: string[] = [];
  const say = (message: string, fields?: Readonly<Record<string, unknown>>) => {
    said.push([message, ...Object.values(fields ?? {})].join(" "));
  };
  const log: Logger = { debug: say, info: say, warn: say, error: say };
  const timing = { pollMs: never, settleMs: 5 };
  return { said, options: { env, configDir: undefined, clock: systemClock, log, timing, ...changed } };
}

/** Runs the source until the test ends; `until` waits for a change after which it is as it says. */
function run(t: TestContext, source: ConfigSource) {
  const stop = new AbortController();
  const waiting = new Set<() => void>();
  const ended = source.run(() => {
    for (const look of waiting) look();
  }, stop.signal);
  t.after(async () => {
    stop.abort();
    await ended;
  });
  return (condition: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the configuration did not change")), 30_000);
      const look = () => {
        if (!condition()) return;
        clearTimeout(late);
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
}

const namesOf = (source: ConfigSource) => source.current().images.map(({ name }) => name);

test("without a folder it is the environment's, until it is stopped", async () => {
  const source = await createConfigSource(createOptions({}).options);
  assert.deepEqual(namesOf(source), ["a"]);
  const stop = new AbortController();
  const ended = source.run(() => assert.fail("nothing changes"), stop.signal);
  stop.abort();
  await ended;
});

test("a mounted ConfigMap wins over the environment, and its changes are noticed", async (t) => {
  const configDir = await createFolder(t);
  await mount(configDir, 1, { IMAGES: "b=debian:12\n", UNRELATED: "x" });
  const source = await createConfigSource(createOptions({ configDir }).options);
  assert.deepEqual(namesOf(source), ["b"]);
  const until = run(t, source);
  await mount(configDir, 2, { IMAGES: "b=debian:12;c=debian:13", MODE: "volumes" });
  await until(() => namesOf(source).join() === "b,c");
  assert.equal(source.current().mode, "volumes");
});

test("a bad change keeps the last good configuration and says why; mended, it is in force again", async (t) => {
  const configDir = await createFolder(t);
  await mount(configDir, 1, { IMAGES: "b=debian:12" });
  const { options, said } = createOptions({ configDir });
  const source = await createConfigSource(options);
  const before = source.current();
  const until = run(t, source);
  await mount(configDir, 2, { IMAGES: "b", MODE: "no" });
  await until(() => source.faults()?.length === 2);
  assert.equal(source.current(), before);
  assert.ok(said.some((line) => /^bad configuration; the last good one stays.*MODE: "no"/.test(line)));
  await mount(configDir, 3, { IMAGES: "b=debian:12" });
  await until(() => source.faults() === undefined);
  assert.equal(source.current(), before);
});

test("a name that changes while running is refused", async (t) => {
  const configDir = await createFolder(t);
  await mount(configDir, 1, { DAEMONSET_NAME: "one" });
  const source = await createConfigSource(createOptions({ configDir }).options);
  const until = run(t, source);
  await mount(configDir, 2, { DAEMONSET_NAME: "two" });
  await until(() => source.faults() !== undefined);
  assert.match(source.faults()?.join() ?? "", /^DAEMONSET_NAME: it cannot change from "one" to "two"/);
  assert.equal(source.current().daemonSetName, "one");
});

test("a variable that leaves the ConfigMap is not brought back by the environment of before", async (t) => {
  const configDir = await createFolder(t);
  await mount(configDir, 1, { MODE: "volumes" });
  const source = await createConfigSource(
    createOptions({ configDir, env: { ...env, MODE: "volumes" } }).options,
  );
  const until = run(t, source);
  await mount(configDir, 2, {});
  await until(() => source.current().mode === "containers");
});

test("a change that nothing tells of is found by looking", async (t) => {
  const configDir = await createFolder(t);
  const { options } = createOptions({ configDir, watch: () => undefined });
  const source = await createConfigSource({ ...options, timing: { pollMs: 10, settleMs: 5 } });
  const until = run(t, source);
  await writeFile(join(configDir, "MODE"), "auto\n");
  await until(() => source.current().mode === "auto");
});

test("a folder that is gone keeps the last good configuration", async (t) => {
  const configDir = join(await createFolder(t), "config");
  await mkdir(configDir);
  const { options } = createOptions({ configDir });
  const source = await createConfigSource({ ...options, timing: { pollMs: 10, settleMs: 5 } });
  const until = run(t, source);
  await rm(configDir, { recursive: true });
  await until(() => source.faults() !== undefined);
  assert.match(source.faults()?.join() ?? "", /--config-dir .* cannot be read/);
  assert.deepEqual(namesOf(source), ["a"]);
});

test("a first configuration that is bad is fatal", async (t) => {
  const bad = createOptions({ env: {} }).options;
  await assert.rejects(createConfigSource(bad), { name: "ConfigError", message: /IMAGES: it is not set/ });
  const missing = createOptions({ configDir: join(await createFolder(t), "missing") }).options;
  await assert.rejects(createConfigSource(missing), { name: "ConfigError", message: /--config-dir/ });
});

test("odd but understood configuration is warned of", async () => {
  const { options, said } = createOptions({ env: { ...env, CACHING_INTERVAL_HOURS: "soon" } });
  await createConfigSource(options);
  assert.match(said.join("\n"), /^odd configuration CACHING_INTERVAL_HOURS: "soon"/);
});
