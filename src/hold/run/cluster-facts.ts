import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { HoldConfig } from "../config.ts";
import { callMs } from "./call-ms.ts";
import { type DeploymentView, parseDeploymentView } from "./object-view.ts";
import { deploymentPath } from "./paths.ts";

/** What nobody tells of and has to be asked. */
export interface ClusterFacts {
  readonly deployment: DeploymentView | "gone";
  /** Group `route.openshift.io` is there. */
  readonly openShift: boolean;
}

type Client = Pick<KubeClient, "get">;

/** Asks the API server. Throws a `KubeError`. */
export async function readClusterFacts(
  client: Client,
  config: HoldConfig,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const [deployment, routes] = await Promise.all([
    readDeployment(client, config, signal),
    getOrNone(client, "/apis/route.openshift.io", signal).catch(noneWhereForbidden),
  ]);
  return { deployment, openShift: routes !== undefined };
}

// Everybody who is logged in may ask for groups, unless somebody has taken that away; not on OpenShift.
function noneWhereForbidden(error: unknown): undefined {
  if (!(error instanceof KubeError) || error.kind !== "forbidden") throw error;
}

/** The Deployment that owns all. Throws a `KubeError`. */
export async function readDeployment(
  client: Client,
  config: HoldConfig,
  signal: AbortSignal | undefined,
): Promise<DeploymentView | "gone"> {
  const object = await getOrNone(client, deploymentPath(config), signal);
  return object === undefined ? "gone" : (parseDeploymentView(object) ?? "gone");
}

/** Undefined where there is no such thing. Throws a `KubeError`. */
export async function getOrNone(
  client: Client,
  path: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await client.get(path, { timeoutMs: callMs, ...(signal !== undefined && { signal }) });
  } catch (error) {
    if (error instanceof KubeError && error.kind === "not-found") return undefined;
    throw error;
  }
}
