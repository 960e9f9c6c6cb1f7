import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Leader } from "../../kube/lease.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConfigSource } from "../config/config-source.ts";
import type { HoldConfig } from "../config.ts";
import { parseLive } from "../objects/live-daemon-set.ts";
import type { PodView } from "../promotion/pod-view.ts";
import { readDeployment } from "./cluster-facts.ts";
import { ownLease } from "./lease-owner.ts";
import type { DeploymentView } from "./object-view.ts";
import { daemonSetPath } from "./paths.ts";
import { createPodWriter } from "./pod-writer.ts";

interface Tools {
  readonly client: Pick<KubeClient, "get" | "post" | "put" | "patch" | "delete">;
  readonly leader: Pick<Leader, "isLeader">;
  readonly source: Pick<ConfigSource, "current">;
  readonly log: Logger;
}

/** What was known at the last look. */
interface Known {
  readonly probes: readonly Pick<PodView, "name">[];
  readonly ownerUid: string | undefined;
}

const callMs = 5_000;

/**
 * Deletes the DaemonSet where its only Deployment is gone, being deleted or at 0 replicas, and we lead. In every other case
 * the controller will be back (an upgrade, a drained node), and what is held stays held. Never rejects.
 */
export async function letGo({ client, leader, source, log }: Tools, known: Known): Promise<void> {
  if (!leader.isLeader()) return;
  const config = source.current();
  try {
    // The process is stopping, so that its signal is no bound any more.
    const deployment = await readDeployment(client, config, undefined);
    if (!isLeaving(deployment)) return log.info("stopped; what is held stays held");
    await letGoOfTraces(client, config, deployment, known);
    const path = daemonSetPath(config);
    if (!isOursAlone(await client.get(path, { timeoutMs: callMs }), config)) {
      return log.info("stopped; the DaemonSet belongs to somebody else, and stays");
    }
    await client.delete(path, { timeoutMs: callMs });
    log.info("DaemonSet deleted: its Deployment is gone, or scaled to nothing");
  } catch (error) {
    if (error instanceof KubeError && error.kind === "not-found") return;
    log.warn("it is not known whether the Deployment is on its way out; what is held stays held", { error });
  }
}

// What we refused to take over is not ours to delete, nor what another Deployment has taken over since.
function isOursAlone(live: unknown, { deploymentName }: HoldConfig): boolean {
  const { owners } = parseLive(live);
  return owners.length > 0 && owners.every((name) => name === deploymentName);
}

// Whatever becomes of these: what is held is more important.
async function letGoOfTraces(
  client: Tools["client"],
  config: HoldConfig,
  deployment: DeploymentView | "gone",
  { probes, ownerUid }: Known,
): Promise<void> {
  const pods = createPodWriter(client, config);
  // The Lease may have gone with the Deployment and been made again since: of an owner that is gone it goes, too.
  const isOrphan = deployment === "gone" && ownerUid !== undefined;
  await Promise.allSettled([
    ...probes.map((pod) => pods.delete(pod, undefined)),
    ...(isOrphan ? [ownLease(client, config, ownerUid, AbortSignal.timeout(callMs))] : []),
  ]);
}

/** Whether nobody will look after the DaemonSet any more; pure. */
export function isLeaving(deployment: DeploymentView | "gone"): boolean {
  return deployment === "gone" || deployment.deleting || deployment.replicas === 0;
}
