import { ConfigError } from "../lib/config-error.ts";
import type { Target } from "../lib/grpc/connection.ts";
import { printable } from "../lib/printable.ts";
import { findDnsLabelFault, findLabelKeyFault } from "../manifests/kube-name.ts";
import { type ByteLimit, parseByteLimit } from "../plan/byte-limit.ts";
import type { ImageFilters } from "../plan/desired-images.ts";
import { parseImageGlob } from "../plan/glob.ts";
import { parseLabelSelector } from "../plan/label-selector.ts";
import { type MetricsAddress, parseMetricsAddress } from "../results/agent/metrics-address.ts";
import { parseRuntimeTarget } from "../runtime/runtime-target.ts";
import type { ObjectFilters } from "../sources/object-filters.ts";
import type { SourceName } from "../sources/source.ts";
import type { AgentOptions } from "./agent-options.ts";
import { parseSources, splitList } from "./agent-sources.ts";

/** What the agent's flags say, checked. */
export interface AgentFlags {
  readonly sources: readonly SourceName[];
  readonly objects: ObjectFilters;
  readonly images: ImageFilters;
  readonly maxPinned: ByteLimit;
  readonly minFree: ByteLimit;
  readonly nodeLabel: string | undefined;
  readonly startupTaint: string | undefined;
  readonly pullSecretNamespaces: readonly string[];
  readonly metricsAddress: MetricsAddress | undefined;
}

/** Where the runtime listens, and which flag or variable says so. */
export interface RuntimePlace {
  readonly target: Target;
  readonly text: string;
  readonly flag: string;
}

const usualSocket = "/run/containerd/containerd.sock";

/** Checks all flags whose text has a grammar of its own. Throws a `ConfigError`. */
export function parseAgentFlags(options: AgentOptions): AgentFlags {
  const startupTaint = checkTaint(options.startupTaint);
  const sources = parseSources(options);
  if (sources.includes("list") && options.imageListFile === undefined)
    throw new ConfigError("--source: the source list needs --image-list-file");
  const { selector, allWorkloads } = options;
  return {
    sources,
    objects: {
      namespaces: checkNamespaces("namespace", options.namespace),
      excludedNamespaces: checkNamespaces("exclude-namespace", options.excludeNamespace),
      selector: selector === undefined ? undefined : parseLabelSelector(selector),
      allWorkloads,
    },
    images: {
      include: splitList(options.includeImage).map((text) => parseImageGlob(text, "--include-image")),
      exclude: splitList(options.excludeImage).map((text) => parseImageGlob(text, "--exclude-image")),
      ignoredTaints: startupTaint === undefined ? [] : [startupTaint],
    },
    maxPinned: parseByteLimit("--max-pinned", options.maxPinned),
    minFree: parseByteLimit("--min-free", options.minFree),
    nodeLabel: checkKey("node-label", options.nodeLabel),
    startupTaint,
    pullSecretNamespaces: checkNamespaces("pull-secret-namespace", options.pullSecretNamespace),
    metricsAddress: parseMetricsAddress(options.metricsBindAddress),
  };
}

/** Where the runtime is by the flag, else by CONN_TARGET, else where containerd usually is. Throws a `ConfigError`. */
export function parseRuntimePlace(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): RuntimePlace {
  const variable = env["CONN_TARGET"];
  const name = flag !== undefined || !variable ? "--cri-socket" : "CONN_TARGET";
  const text = flag ?? (variable || usualSocket);
  return { target: parseRuntimeTarget(text, name), text, flag: name };
}

function checkNamespaces(flag: string, texts: readonly string[]): string[] {
  const names = splitList(texts);
  for (const name of names) {
    const fault = findDnsLabelFault(name);
    if (fault !== undefined)
      throw new ConfigError(`--${flag}: "${printable(name, 80)}" cannot be used: ${fault}`);
  }
  return names;
}

// As `kubectl taint` has it: key=value:effect.
function checkTaint(text: string | undefined): string | undefined {
  const [key = ""] = text?.split(/[=:]/) ?? [];
  if (text === undefined || key === text) return checkKey("startup-taint", text);
  throw new ConfigError(
    `--startup-taint: "${printable(text, 80)}" is more than a key; give "${printable(key, 80)}" alone, every value and effect of it goes`,
  );
}

/** The key of a label or a taint. */
export function checkKey(flag: string, key: string | undefined): string | undefined {
  const fault = key === undefined ? undefined : findLabelKeyFault(key);
  if (fault === undefined) return key;
  throw new ConfigError(`--${flag}: "${printable(key ?? "", 80)}" cannot be used: ${fault}`);
}
