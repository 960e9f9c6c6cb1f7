import { ConfigError } from "../lib/config-error.ts";
import { createAgentManifest, createUninstallManifest } from "../manifests/agent/manifest.ts";
import { parseAgentSettings } from "../manifests/agent/parse-agent-settings.ts";
import type { AgentFeatures } from "../manifests/agent/settings.ts";
import { listPath } from "../manifests/fetch-parts.ts";
import type { KubeObject } from "../manifests/kube-object.ts";
import type { DeploySurroundings } from "../manifests/parse-settings.ts";
import { parseAgentFlags } from "./agent-flags.ts";
import { type AgentOptions, agentCommand } from "./agent-options.ts";
import { splitList } from "./agent-sources.ts";
import type { DeployOptions } from "./deploy-options.ts";
import { parseArguments } from "./parse-arguments.ts";

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

/** Flags of `deploy` that mean nothing for an agent, and what does. */
const fetchFlags: readonly (readonly [flag: string, key: keyof DeployOptions, advice: string])[] = [
  ["collect-metrics", "collectMetrics", "an agent serves its own /metrics"],
  ["max-parallel", "maxParallel", "give it behind the --"],
  ["start-jitter", "startJitterMs", "give it behind the --"],
];

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
  for (const [flag, key, advice] of fetchFlags) {
    if (options[key] !== undefined && options[key] !== false)
      throw new ConfigError(`--${flag}: it is for --strategy fetch; ${advice}`);
  }
  const features = parseFeatures(agentArgs, surroundings.imageList !== undefined);
  const settings = parseAgentSettings(options, name, features, surroundings);
  return options.uninstall ? createUninstallManifest(settings) : createAgentManifest(settings);
}

function parseFeatures(args: readonly string[], listGiven: boolean): AgentFeatures {
  const parsed = parseArguments(agentCommand.options, args);
  if (parsed.help) throw new ConfigError("--: for the agent's flags run prestow agent --help");
  const { options, positionals } = parsed;
  if (positionals.length > 0) throw new ConfigError("--: the agent takes flags only");
  for (const [flag, key, advice] of ownFlags) {
    if (options[key] !== undefined)
      throw new ConfigError(`--${flag}: the manifest says this to the agent; ${advice}`);
  }
  // The list is the one that the manifest mounts.
  const isListed = listGiven || splitList(options.source).includes("list");
  const settings = parseAgentFlags({ ...options, imageListFile: isListed ? listPath : undefined });
  return {
    sources: settings.sources,
    nodeLabel: settings.nodeLabel,
    startupTaint: settings.startupTaint,
    events: options.events,
    pullSecretNamespaces: settings.pullSecretNamespaces,
    metricsPort: settings.metricsAddress?.port,
    args,
  };
}
