import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKubeClient } from "../../src/kube/client.ts";
import { readKubeconfig } from "../../src/kube/kubeconfig.ts";
import { formatBytes } from "../../src/lib/bytes.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { agonesInstalled } from "../../test/cluster/agones.ts";
import { kubectl, labNodes } from "../../test/cluster/lab.ts";
import { renderReport } from "../report.ts";
import { createAgentContestants } from "./contestants.ts";
import { measureEvents } from "./events.ts";
import { measureGrowth } from "./growth.ts";
import { measureIdle } from "./idle.ts";
import { type AgentStage, isPresent } from "./stage.ts";

const root = join(import.meta.dirname, "../..");

async function createStage(folder: string): Promise<AgentStage> {
  // In JSON, because a pod has no kubeconfig and no need of what reads YAML, which stays in memory.
  const kubeconfig = join(folder, "kubeconfig.json");
  await writeFile(kubeconfig, await kubectl("config", "view", "--raw", "--output=json"));
  const config = await readKubeconfig({ paths: [kubeconfig], clock: systemClock });
  const contestants = await createAgentContestants({
    folder,
    node: process.execPath,
    bundle: join(root, "dist/prestow.cjs"),
    agentBundle: join(root, "dist/agent.cjs"),
    peers: process.env["PRESTOW_PEERS"] || undefined,
  });
  const nodes = labNodes().slice(0, contestants.length);
  return {
    folder,
    kubeconfig,
    client: createKubeClient({ config, userAgent: "prestow-bench", clock: systemClock }),
    nodes,
    contestants,
    presentEverywhere: (image) => isPresent(nodes, image),
  };
}

// Measures the agents on the lab's cluster (`lab/exec`), side by side, and prints their tables.
const folder = await mkdtemp(join(tmpdir(), "prestow-ba-"));
const uninstall = await agonesInstalled();
try {
  const stage = await createStage(folder);
  const { size } = await stat(join(root, "dist/agent.cjs"));
  process.stdout.write(`The agent's bundle has ${formatBytes(size)}.\n`);
  // Each table as soon as it is there: the next figures may take minutes, or fail.
  for (const measure of [measureGrowth, measureEvents, measureIdle]) {
    process.stdout.write(renderReport(await measure(stage), []));
  }
  stage.client.close();
} finally {
  await uninstall();
  await rm(folder, { recursive: true, force: true });
}
