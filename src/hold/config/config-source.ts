import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../lib/clock.ts";
import { ConfigError } from "../../lib/config-error.ts";
import type { Logger } from "../../lib/log.ts";
import { printable } from "../../lib/printable.ts";
import { createBell } from "../../sources/bell.ts";
import { type WatchDirectory, watchDirectory } from "../../sources/directory-watch.ts";
import type { HoldConfig } from "../config.ts";
import { HoldConfigError } from "./config-faults.ts";
import { readConfigFolder } from "./config-folder.ts";
import { findIdentityFaults } from "./identity.ts";
import { parseHoldConfig } from "./parse-hold-config.ts";
import type { HoldVariable, Variables } from "./variables.ts";

/** Where the configuration comes from, and how it is looked at. */
export interface ConfigSourceOptions {
  readonly env: Variables;
  /** `--config-dir`: a mounted ConfigMap, whose variables win over the environment's. */
  readonly configDir: string | undefined;
  readonly clock: Pick<Clock, "sleep">;
  readonly log: Logger;
  readonly watch?: WatchDirectory;
  readonly timing?: ConfigTiming;
}

/** How soon a change of the folder is noticed. */
export interface ConfigTiming {
  /** How often the folder is read, for what no notification told. */
  readonly pollMs: number;
  /** How long after a notification: a change is told of file by file. */
  readonly settleMs: number;
}

/** The configuration as it is now. */
export interface ConfigSource {
  /** The last good one; the same object as long as nothing changed. */
  current(): HoldConfig;
  /** Why the newest one is refused, a line each; undefined where the newest one is in force. */
  faults(): readonly string[] | undefined;
  /** Calls `onChange` after each change of either; lasts until the signal aborts, and never rejects. */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
}

const usualTiming: ConfigTiming = { pollMs: 10_000, settleMs: 100 };

/** Reads the configuration. Throws a `ConfigError` where it is bad: there is no good one yet to keep. */
export async function createConfigSource(options: ConfigSourceOptions): Promise<ConfigSource> {
  const { configDir, clock, log, timing = usualTiming } = options;
  const readVariables = createVariableReader(options);
  const state = createState(parseHoldConfig(await readVariables()), log);
  const look = async (): Promise<boolean> => {
    try {
      return state.accept(parseHoldConfig(await readVariables()));
    } catch (error) {
      return state.refuse(listFaults(error));
    }
  };
  return {
    current: state.current,
    faults: state.faults,
    async run(onChange, signal) {
      if (configDir === undefined) return await untilAborted(signal);
      const bell = createBell(clock);
      const watching = createWatching(configDir, bell.ring, options.watch);
      while (!signal.aborted) {
        // Before the look: what happens in between rings.
        watching.ensure();
        if ((await look()) && !signal.aborted) onChange();
        if (await bell.wait(timing.pollMs, signal)) await bell.settle(timing.settleMs, signal);
        // One of a folder that was replaced would tell nothing more.
        else watching.close();
      }
      watching.close();
    },
  };
}

/**
 * The folder's variables over the environment's. What the folder had once, the environment does not bring back: it has
 * the same ConfigMap, as it was when the process started.
 */
function createVariableReader({ env, configDir }: ConfigSourceOptions): () => Promise<Variables> {
  const seen = new Set<HoldVariable>();
  return async () => {
    if (configDir === undefined) return env;
    const folder = await readConfigFolder(configDir);
    for (const name of folder.keys()) seen.add(name);
    const gone = [...seen].map((name) => [name, undefined]);
    return { ...env, ...Object.fromEntries(gone), ...Object.fromEntries(folder) };
  };
}

function createState(first: HoldConfig, log: Logger) {
  let config = first;
  let faults: readonly string[] | undefined;
  const warn = () => {
    for (const warning of config.warnings ?? []) log.warn("odd configuration", { warning });
  };
  const refuse = (found: readonly string[]): boolean => {
    if (isDeepStrictEqual(found, faults)) return false;
    faults = found;
    for (const fault of found) log.error("bad configuration; the last good one stays in force", { fault });
    return true;
  };
  warn();
  return {
    current: () => config,
    faults: () => faults,
    refuse,
    accept(next: HoldConfig): boolean {
      const identity = findIdentityFaults(config, next);
      if (identity.length > 0) return refuse(identity);
      const mended = faults !== undefined;
      const changed = !isDeepStrictEqual(next, config);
      faults = undefined;
      if (changed) config = next;
      if (changed) warn();
      if (mended || changed) log.info("configuration read", { images: config.images.length, changed });
      return mended || changed;
    },
  };
}

function listFaults(error: unknown): readonly string[] {
  if (error instanceof HoldConfigError) return error.faults;
  if (error instanceof ConfigError) return [error.message];
  return [`the configuration cannot be read: ${printable(String(error), 200)}`];
}

function createWatching(dir: string, ring: () => void, watch: WatchDirectory = watchDirectory) {
  let watcher: { close(): void } | undefined;
  const onLost = () => {
    watcher = undefined;
  };
  return {
    ensure() {
      watcher ??= watch(dir, { onEvent: ring, onLost });
    },
    close() {
      watcher?.close();
      watcher = undefined;
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
