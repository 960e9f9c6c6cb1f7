import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { arch, cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import type { InstallContext } from "../lab/install/context.ts";
import { createContestants } from "./contestants.ts";
import type { BenchOptions } from "./options.ts";
import { renderReport, reportJson } from "./report.ts";
import { type Figures, runScenarios } from "./run-scenarios.ts";
import type { Need, Scenario } from "./scenario.ts";
import { type Stage, startStage } from "./stage.ts";

const root = join(import.meta.dirname, "..");
const outFolder = join(import.meta.dirname, "out");

export interface BenchContext {
  readonly options: BenchOptions;
  readonly install: InstallContext;
  readonly signal: AbortSignal;
  /** What this machine cannot give, and why. */
  readonly obstacles: ReadonlyMap<Need, string>;
}

/** Measures, prints the table and writes the values; resolves to whether every scenario has its figures. */
export async function runBench(scenarios: readonly Scenario[], context: BenchContext): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-b-"));
  let stage: Promise<Stage> | undefined;
  const loadBefore = loadavg();
  try {
    // A copy, so that a build in the meantime does not change what is measured.
    const bundle = join(folder, "prestow.cjs");
    await copyFile(join(root, "dist/prestow.cjs"), bundle);
    const peers = context.install.environment["PRESTOW_PEERS"] || undefined;
    const contestants = createContestants({ node: process.execPath, bundle, peers });
    const startOnce = () => {
      stage ??= startStage(folder, context.install);
      return stage;
    };
    const { signal, options, install } = context;
    const shared = { contestants, rounds: options.rounds, folder, signal, stage: startOnce };
    const figures = await runScenarios(scenarios, context.obstacles, shared, install.say);
    const containerd = await stage?.then(({ containerdVersion }) => containerdVersion).catch(() => undefined);
    await report(figures, { containerd, loadBefore, peers });
    return figures.notRun.length === 0;
  } finally {
    await stage?.then((started) => started.close()).catch(() => {});
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function report(
  figures: Figures,
  about: { containerd: string | undefined; loadBefore: readonly number[]; peers: string | undefined },
): Promise<void> {
  const machine = {
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryBytes: totalmem(),
    architecture: arch(),
    kernel: release(),
    loadBefore: about.loadBefore[0],
    loadAfter: loadavg()[0],
  };
  const { containerd } = about;
  const { measurements, notRun } = figures;
  process.stdout.write(renderReport(measurements, notRun));
  const runtime = containerd === undefined ? "" : `containerd ${containerd}, `;
  process.stdout.write(
    `${runtime}Node.js ${process.version}, ${machine.cpus} processors, load ${machine.loadAfter?.toFixed(1)}; every value: bench/out/bench.json\n`,
  );
  if (about.peers === undefined)
    process.stdout.write(
      "image-prefetcher was not measured: PRESTOW_PEERS=DIR names the folder with its binary\n",
    );
  // Last, so that who may not write here has the table at least.
  const json = { machine, containerd, node: process.version, ...reportJson(measurements, notRun) };
  await mkdir(outFolder, { recursive: true });
  await writeFile(join(outFolder, "bench.json"), `${JSON.stringify(json, undefined, 2)}\n`);
}
