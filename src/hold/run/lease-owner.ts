import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { isRecord } from "../../lib/record.ts";
import { recordAt, recordsAt } from "../../sources/json-parts.ts";
import type { HoldConfig } from "../config.ts";
import { ownerOf } from "../objects/daemon-set.ts";
import { callMs } from "./call-ms.ts";
import { getOrNone } from "./cluster-facts.ts";

/**
 * Makes the Deployment the owner of the Lease, which leader election knows nothing of: what is uninstalled leaves nothing
 * behind. False: its leader wrote it at the same moment. Throws a `KubeError`.
 */
export async function ownLease(
  client: Pick<KubeClient, "get" | "put">,
  config: HoldConfig,
  ownerUid: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, deploymentName } = config;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${deploymentName}`;
  try {
    const lease = await getOrNone(client, path, signal);
    if (!isRecord(lease)) return true;
    const metadata = recordAt(lease, "metadata");
    const owners = recordsAt(metadata, "ownerReferences");
    if (owners.some(({ uid }) => uid === ownerUid)) return true;
    const ownerReferences = [ownerOf(config, ownerUid)];
    const object = { ...lease, metadata: { ...metadata, ownerReferences } };
    await client.put(path, object, { timeoutMs: callMs, signal });
    return true;
  } catch (error) {
    // Without a Lease there is nothing to own, and a renewal at the same moment is tried again with the next look.
    if (!(error instanceof KubeError) || !["forbidden", "conflict", "not-found"].includes(error.kind)) {
      throw error;
    }
    return error.kind !== "conflict";
  }
}
