import type { HoldConfig } from "../config.ts";
import type { PodView } from "../promotion/pod-view.ts";
import type { AccessBook } from "./access-book.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import { type HoldNode, listTargets } from "./hold-node.ts";
import { type LiveView, parseLiveView } from "./live-view.ts";
import type { DeploymentView } from "./object-view.ts";
import type { Watchers } from "./watchers.ts";

/** The world at one moment, as far as the leader sees it. */
export interface Look {
  readonly config: HoldConfig;
  readonly facts: ClusterFacts;
  readonly deployment: DeploymentView;
  readonly pauseImage: string;
  readonly daemonSet: { readonly known: boolean; readonly object: unknown };
  readonly live: LiveView | undefined;
  /** Undefined where they may not be watched. */
  readonly pods: readonly PodView[] | undefined;
  readonly probes: readonly PodView[];
  readonly nodes: readonly HoldNode[] | undefined;
  /** The nodes that are to hold images. */
  readonly targets: readonly HoldNode[] | undefined;
  readonly canProbe: boolean;
  readonly gated: boolean;
  readonly mayUpdate: boolean;
}

/** What is in the way of a look, as people are told. */
export type LookResult =
  | { readonly look: Look }
  | { readonly problem: string | undefined; readonly pending?: string };

/** Puts together what is known; pure but for the watchers. `daemonSet` is what was heard of it, or got. */
export function takeLook(
  config: HoldConfig,
  facts: ClusterFacts,
  daemonSet: Look["daemonSet"],
  watchers: Watchers,
  access: AccessBook,
): LookResult {
  const { deployment } = facts;
  const name = `${config.namespace}/${config.deploymentName}`;
  if (deployment === "gone")
    return { problem: `there is no Deployment ${name} (DEPLOYMENT_NAME, NAMESPACE)` };
  if (deployment.deleting) return { problem: `the Deployment ${name} is being deleted` };
  const pauseImage = deployment.image;
  if (pauseImage === undefined) return { problem: `the Deployment ${name} has no container with an image` };
  const [pods, probes, nodes] = [watchers.pods(), watchers.probes(), watchers.nodes()];
  const isWaiting = access.has("pods") && (pods === undefined || probes === undefined);
  if (isWaiting || (access.has("nodes") && nodes === undefined) || !daemonSet.known)
    return { problem: undefined, pending: "the cluster is not known yet" };
  const canProbe = access.has("probes") && access.has("pods");
  return {
    look: {
      config,
      facts,
      deployment,
      pauseImage,
      daemonSet,
      live: parseLiveView(daemonSet.object),
      pods,
      probes: probes ?? [],
      nodes,
      targets: nodes && listTargets(nodes, config),
      canProbe,
      gated: access.has("gates") && access.has("pods"),
      mayUpdate: access.has("update"),
    },
  };
}
