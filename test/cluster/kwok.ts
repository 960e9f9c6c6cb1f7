import { kwokMark, kwokNodeName } from "../../lab/kwok-nodes.ts";
import { runLab } from "./lab.ts";

/** What a pod tolerates that may run on simulated nodes. */
export const kwokToleration = { ...kwokMark, operator: "Equal", effect: "NoSchedule" } as const;

/** Gives the cluster so many simulated nodes, on which pods become ready after a while and nothing is pulled. */
export async function simulateNodes(count: number): Promise<string[]> {
  await runLab("kwok", String(count));
  return Array.from({ length: count }, (_, index) => kwokNodeName(index + 1));
}

/** Takes all of them away. */
export async function removeSimulatedNodes(): Promise<void> {
  await runLab("kwok", "0");
}
