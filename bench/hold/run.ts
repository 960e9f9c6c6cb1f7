import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKubeconfig } from "../../src/kube/kubeconfig.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { variable } from "../../test/cluster/lab.ts";
import { renderReport } from "../report.ts";
import { measureHold } from "./measure-hold.ts";

// Measures ways to hold images on the lab's cluster (`lab/exec`), in turn on one node, and prints their tables.
const folder = await mkdtemp(join(tmpdir(), "prestow-bh-"));
try {
  const config = await readKubeconfig({ paths: [variable("KUBECONFIG")], clock: systemClock });
  for (const imageCount of [12, 30]) {
    process.stdout.write(renderReport(await measureHold(config, folder, imageCount, 1), []));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
