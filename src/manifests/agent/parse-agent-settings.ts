import { flagError, quote } from "../flag-error.ts";
import { defaultRepository, parseImage } from "../image-name.ts";
import { findDnsLabelFault, findDnsSubdomainFault } from "../kube-name.ts";
import type { Toleration } from "../kube-object.ts";
import { parseNodeSelector } from "../node-selector.ts";
import {
  checked,
  type DeployFlags,
  type DeploySurroundings,
  parseMaxUnavailable,
  parsePlugins,
} from "../parse-settings.ts";
import { parseResources } from "../resources.ts";
import { parseTolerations } from "../tolerations.ts";
import type { AgentFeatures, AgentKind, AgentSettings } from "./settings.ts";

/** The flags of `prestow deploy` that count for an agent, too, and those that count for it alone. */
export interface AgentDeployFlags
  extends Pick<
    DeployFlags,
    | "version"
    | "namespace"
    | "k8sFlavor"
    | "secret"
    | "useKubeletImageCredentialIntegration"
    | "image"
    | "runtime"
    | "admissionPolicy"
    | "maxUnavailable"
    | "nodeSelector"
    | "tolerations"
    | "priorityClass"
  > {
  readonly kind: AgentKind;
  readonly replicas: number;
  readonly agentCpuRequest: string;
  readonly agentMemoryRequest: string;
  readonly agentCpuLimit: string;
  readonly agentMemoryLimit: string;
}

// "-uninstall" is added to the name for the pod label `app`, whose value has 63 characters.
const maxNameLength = 63 - "-uninstall".length;

/** The agent's ClusterRole has the name of the instance: these would be overwritten. */
const builtInRoles = ["admin", "cluster-admin", "edit", "view"];

/** Checks the flags of `deploy` for an agent. Throws a `ConfigError`. */
export function parseAgentSettings(
  flags: AgentDeployFlags,
  name: string | undefined,
  features: AgentFeatures,
  { ownVersion, imageList }: DeploySurroundings,
): AgentSettings {
  const plugins = parsePlugins(flags.useKubeletImageCredentialIntegration);
  const { image = defaultRepository, version, k8sFlavor: flavor = "vanilla" } = flags;
  const suffix = plugins === undefined ? "" : "-distro";
  return {
    name: parseName(name),
    namespace: checked("--namespace", flags.namespace, findDnsLabelFault),
    flavor,
    runtime: flags.runtime ?? (flavor === "ocp" ? "crio" : "containerd"),
    image: parseImage({ image, version, defaultVersion: `v${ownVersion}`, suffix }),
    secret: checked("--secret", flags.secret, findDnsSubdomainFault),
    plugins,
    imageList,
    admissionPolicy: flags.admissionPolicy,
    maxUnavailable: parseMaxUnavailable(flags.maxUnavailable),
    nodeSelector: parseNodeSelector(flags.nodeSelector),
    tolerations: withStartupTaint(parseTolerations(flags.tolerations), features),
    priorityClass: checked("--priority-class", flags.priorityClass, findDnsSubdomainFault),
    kind: flags.kind,
    replicas: flags.replicas,
    resources: parseResources("agent", {
      cpuRequest: flags.agentCpuRequest,
      memoryRequest: flags.agentMemoryRequest,
      cpuLimit: flags.agentCpuLimit,
      memoryLimit: flags.agentMemoryLimit,
    }),
    features,
  };
}

/** An agent that did not come to a node with its startup taint could never take it away. */
function withStartupTaint(
  tolerations: readonly Toleration[],
  { startupTaint: key }: AgentFeatures,
): readonly Toleration[] {
  const covers = ({ key: own = key, operator, effect = "" }: Toleration) =>
    operator === "Exists" && own === key && effect === "";
  if (key === undefined || tolerations.some(covers)) return tolerations;
  return [...tolerations, { key, operator: "Exists" }];
}

function parseName(name: string | undefined): string {
  const example = "prestow deploy --strategy agent prestow-agent";
  if (name === undefined) throw flagError("NAME", `it is missing; name the instance, as in: ${example}`);
  if (builtInRoles.includes(name))
    throw flagError("NAME", `${quote(name)} is a ClusterRole of Kubernetes itself; give another name`);
  const fault = findDnsLabelFault(name, maxNameLength);
  if (fault === undefined) return name;
  throw flagError("NAME", `${quote(name)} cannot be used: ${fault}`);
}
