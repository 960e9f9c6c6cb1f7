import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { registryConfigFolder, renderPlainHttpHosts } from "./containerd-config.ts";
import { type DemoStep, demoSteps, renderClosing, slowBytesPerSecond } from "./demo-steps.ts";
import { labEnvironment } from "./environment.ts";
import type { Environment } from "./paths.ts";
import { startSlowLink } from "./slow-link.ts";
import { startLab } from "./start.ts";
import type { LabEndpoints } from "./state.ts";
import { stopLab } from "./stop.ts";

export interface DemoOptions {
  /** Where the demo's lab keeps its state. */
  readonly folder: string;
  readonly cache: string;
  /** Whether the lab goes on when the demo is over. */
  readonly keep: boolean;
  readonly environment: Environment;
  readonly write: (text: string) => void;
}

const checkout = join(import.meta.dirname, "..");
const imageBytes = 21_000_000;

/** Starts a lab, shows every step on it and ends it, also where a step fails or the signal aborts; throws then. */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const { folder, cache, keep, environment, write } = options;
  const say = (line: string) => write(`${line}\n`);
  if (await stopLab(folder)) say("Ended what an earlier demo left running.");
  say("Starting a private containerd and a registry with 12 images of 21 MB …");
  const install = { cache, environment, say, signal };
  const endpoints = await startLab({ folder, imageBytes, install });
  let done = false;
  try {
    say(`Up: containerd ${endpoints.containerdVersion}, registry ${endpoints.registry}.`);
    for (const step of demoSteps) await showStep(step, endpoints, options, signal);
    done = true;
  } finally {
    if (!done || !keep) await stopLab(folder);
  }
  write(renderClosing(folder, keep));
}

async function showStep(
  step: DemoStep,
  endpoints: LabEndpoints,
  options: DemoOptions,
  signal: AbortSignal,
): Promise<void> {
  options.write(`\n# ${step.title}\n$ ${step.command}\n`);
  const environment = labEnvironment(options.environment, endpoints, checkout);
  const run = () => runShell(step.command, environment, signal);
  const status = step.slow ? await behindSlowLink(endpoints, run) : await run();
  signal.throwIfAborted();
  if (status !== 0) options.write(`(exit status ${status})\n`);
  if (status !== step.status) throw new Error(`exit status ${status} is not the expected ${step.status}`);
}

/** Leads the runtime to the registry through a slow link while `work` lasts; image names stay the same. */
async function behindSlowLink<T>(endpoints: LabEndpoints, work: () => Promise<T>): Promise<T> {
  const { registry, criSocket } = endpoints;
  const hosts = join(registryConfigFolder(dirname(criSocket)), registry, "hosts.toml");
  const link = await startSlowLink(registry, slowBytesPerSecond);
  try {
    await writeFile(hosts, renderPlainHttpHosts(link.host));
    return await work();
  } finally {
    await writeFile(hosts, renderPlainHttpHosts(registry));
    await link.close();
  }
}

/** Runs a command with our terminal; resolves to its exit status, 1 where a signal ended it. */
async function runShell(command: string, environment: Environment, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const child = spawn("sh", ["-c", command], { stdio: "inherit", env: environment as NodeJS.ProcessEnv });
  // A terminal's Ctrl-C reaches the command by itself; a signal sent to us alone does not.
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [status] = await once(child, "exit");
    return typeof status === "number" ? status : 1;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
