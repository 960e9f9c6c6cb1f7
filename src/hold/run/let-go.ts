import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Leader } from "../../kube/lease.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConfigSource } from "../config/config-source.ts";
import type { PodView } from "../promotion/pod-view.ts";
import { readDeployment } from "./cluster-facts.ts";
import type { DeploymentView } from "./object-view.ts";
import { daemonSetPath } from "./paths.ts";
import { createPodWriter } from "./pod-writer.ts";

interface Tools {
  readonly client: Pick<KubeClient, "get" | "post" | "patch" | "delete">;
  readonly leader: Pick<Leader, "isLeader">;
  readonly source: Pick<ConfigSource, "current">;
  readonly log: Logger;
}

const callMs = 5_000;

/**
 * Deletes the DaemonSet where its Deployment is gone, being deleted or at 0 replicas, and we lead. In every other case
 * the controller will be back (an upgrade, a drained node), and what is held stays held. Never rejects.
 */
export async function letGo(
  { client, leader, source, log }: Tools,
  probes: readonly Pick<PodView, "name">[],
): Promise<void> {
  if (!leader.isLeader()) return;
  const config = source.current();
  try {
    // The process is stopping, so that its signal is no bound any more.
    const deployment = await readDeployment(client, config, undefined);
    if (!isLeaving(deployment)) return log.info("stopped; what is held stays held");
    const pods = createPodWriter(client, config);
    // Whatever becomes of these: they end by themselves.
    await Promise.allSettled(probes.map((pod) => pods.delete(pod, undefined)));
    await client.delete(daemonSetPath(config), { timeoutMs: callMs });
    log.info("DaemonSet deleted: its Deployment is gone, or scaled to nothing");
  } catch (error) {
    if (error instanceof KubeError && error.kind === "not-found") return;
    log.warn("it is not known whether the Deployment is on its way out; what is held stays held", { error });
  }
}

/** Whether nobody will look after the DaemonSet any more; pure. */
export function isLeaving(deployment: DeploymentView | "gone"): boolean {
  return deployment === "gone" || deployment.deleting || deployment.replicas === 0;
}
