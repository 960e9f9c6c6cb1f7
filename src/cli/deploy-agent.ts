import { ConfigError } from "../lib/config-error.ts";
import { createAgentManifest, createUninstallManifest } from "../manifests/agent/manifest.ts";
import { parseAgentSettings } from "../manifests/agent/parse-agent-settings.ts";
import type { AgentFeatures } from "../manifests/agent/settings.ts";
import { listPath } from "../manifests/fetch-parts.ts";
import type { KubeObject } from "../manifests/kube-object.ts";
import type { DeploySurroundings } from "../manifests/parse-settings.ts";
import { type MetricsAddress, parseMetricsAddress } from "../results/agent/metrics-address.ts";
import { parseAgentFlags } from "./agent-flags.ts";
import { type AgentOptions, agentCommand } from "./agent-options.ts";
import { splitList } from "./agent-sources.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { checkStrategyFlags } from "./deploy-strategy.ts";
import { parseArguments, refuseArguments } from "./parse-arguments.ts";

const plugins = "give --use-kubelet-image-credential-integration before the --";
const account = "in a pod its account says it";

/** What the manifest itself says to the agent, and how to have it otherwise. */
const ownFlags: readonly (readonly [flag: string, key: keyof AgentOptions, advice: string])[] = [
  ["cri-socket", "criSocket", "give --runtime before the --"],
  ["docker-config", "dockerConfig", "give --secret before the --"],
  ["image-credential-provider-config", "imageCredentialProviderConfig", plugins],
  ["image-credential-provider-bin-dir", "imageCredentialProviderBinDir", plugins],
  ["image-list-file", "imageListFile", "give --image-list before the --, or --source=list behind it"],
  ["kubeconfig", "kubeconfig", account],
  ["master", "master", account],
];

/** Where the kubelet asks in a pod: its address is known to nobody before. */
const everywhere: readonly (string | undefined)[] = [undefined, "0.0.0.0", "::"];

/** The objects of `prestow deploy --strategy agent NAME -- AGENT-FLAGS`. Throws a `ConfigError`. */
export function createAgentObjects(
  options: DeployOptions,
  positionals: readonly string[],
  agentArgs: readonly string[],
  surroundings: DeploySurroundings,
): KubeObject[] {
  const [name, extra] = positionals;
  if (extra !== undefined)
    throw new ConfigError("NAME: it is one; the agent's flags stand behind --, as in: NAME -- --pin");
  checkStrategyFlags(options);
  const features = parseFeatures(agentArgs, surroundings.imageList !== undefined);
  const settings = parseAgentSettings(options, name, features, surroundings);
  return options.uninstall ? createUninstallManifest(settings) : createAgentManifest(settings);
}

function parseFeatures(args: readonly string[], listGiven: boolean): AgentFeatures {
  const parsed = parseArguments(agentCommand.options, args);
  if (parsed.help) throw new ConfigError("--: for the agent's flags run prestow agent --help");
  const { options, positionals } = parsed;
  refuseArguments("agent", positionals);
  for (const [flag, key, advice] of ownFlags) {
    if (options[key] !== undefined)
      throw new ConfigError(`--${flag}: the manifest says this to the agent; ${advice}`);
  }
  if (options.stateDir !== agentCommand.options["state-dir"].default)
    throw new ConfigError(
      `--state-dir: the manifest mounts ${agentCommand.options["state-dir"].default} of the node; leave it out`,
    );
  // The list is the one that the manifest mounts.
  const isListed = listGiven || splitList(options.source).includes("list");
  const settings = parseAgentFlags({ ...options, imageListFile: isListed ? listPath : undefined });
  return {
    sources: settings.sources,
    namespaces: settings.objects.namespaces,
    nodeLabel: settings.nodeLabel,
    startupTaint: settings.startupTaint,
    events: options.events,
    pullSecretNamespaces: settings.pullSecretNamespaces,
    metricsPort: parseProbedPort(settings.metricsAddress),
    args: withProbedAddress(options, args),
  };
}

// The agent's own default is that of Octops image syncer, and nothing listens there in a cluster of IPv6 alone.
function withProbedAddress({ metricsBindAddress }: AgentOptions, args: readonly string[]): readonly string[] {
  if (metricsBindAddress !== agentCommand.options["metrics-bind-address"].default) return args;
  const { port } = parseMetricsAddress(metricsBindAddress) ?? {};
  return [`--metrics-bind-address=:${port}`, ...args];
}

// A probe that nobody answers would end the agent again and again.
function parseProbedPort(address: MetricsAddress | undefined): number | undefined {
  if (address === undefined || (address.port > 0 && everywhere.includes(address.host))) return address?.port;
  throw new ConfigError(
    "--metrics-bind-address: the kubelet's probes ask at the pod's own address; give a port alone, as in :8095, or 0 for no probes",
  );
}
