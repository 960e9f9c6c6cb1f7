import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeKubelet } from "../../lab/cluster/node-paths.ts";
import { kubectl, type LabNodeVariables, runLab } from "./lab.ts";

async function restartWith(node: LabNodeVariables, text: string): Promise<void> {
  writeFileSync(join(node.root, nodeKubelet.config), text);
  await runLab("part", "restart", `kubelet-${node.name}`);
}

/** Restarts a node's kubelet with settings in place of its own, and as it was when the work is over. */
export async function withKubelet(
  node: LabNodeVariables,
  settings: Readonly<Record<string, unknown>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = readFileSync(join(node.root, nodeKubelet.config), "utf8");
  try {
    await restartWith(node, JSON.stringify({ ...JSON.parse(before), ...settings }));
    await work();
  } finally {
    await restartWith(node, before);
    await kubectl("wait", "--for=condition=Ready", `node/${node.name}`, "--timeout=60s");
  }
}

/**
 * Settings by which a kubelet removes every image that no container uses, at its start: the disk is too full for it and
 * the images are too old. The age counts even where it does not know the disk yet, which it would first ask again after
 * five minutes.
 */
export const eagerImageCollection = {
  imageMinimumGCAge: "1ns",
  imageMaximumGCAge: "2ns",
  imageGCHighThresholdPercent: 2,
  imageGCLowThresholdPercent: 1,
} as const;
