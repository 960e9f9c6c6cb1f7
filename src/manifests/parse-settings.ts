import { flagError, quote } from "./flag-error.ts";
import { type PluginPlace, pluginPlaces, type RuntimeName } from "./host-paths.ts";
import { defaultRepository, parseImage } from "./image-name.ts";
import { findDnsLabelFault, findDnsSubdomainFault } from "./kube-name.ts";
import { parseNodeSelector } from "./node-selector.ts";
import { parsePositionals } from "./positionals.ts";
import { parseResources } from "./resources.ts";
import type { DeploySettings, Flavor, ServiceType } from "./settings.ts";
import { parseTolerations } from "./tolerations.ts";

/** The flags of `prestow deploy` as they were given; undefined is "not given". */
export interface DeployFlags {
  readonly version: string | undefined;
  readonly namespace: string | undefined;
  readonly k8sFlavor: Flavor | undefined;
  readonly secret: string | undefined;
  readonly collectMetrics: boolean;
  readonly useKubeletImageCredentialIntegration: string | undefined;
  readonly image: string | undefined;
  readonly serviceType: ServiceType;
  readonly runtime: RuntimeName | undefined;
  readonly admissionPolicy: boolean;
  readonly maxUnavailable: string | undefined;
  readonly maxParallel: number | undefined;
  readonly startJitterMs: number | undefined;
  readonly nodeSelector: readonly string[];
  readonly tolerations: readonly string[];
  readonly priorityClass: string | undefined;
  readonly fetchCpuRequest: string;
  readonly fetchMemoryRequest: string;
  readonly fetchCpuLimit: string;
  readonly fetchMemoryLimit: string;
  readonly sleepCpuRequest: string;
  readonly sleepMemoryRequest: string;
  readonly sleepCpuLimit: string;
  readonly sleepMemoryLimit: string;
}

/** What does not stand on the command line. */
export interface DeploySurroundings {
  /** The version of this program. */
  readonly ownVersion: string;
  /** The text of the file of `--image-list`. */
  readonly imageList: string | undefined;
}

/** Checks flags and other arguments (NAME, and the old form's) together. Throws a `ConfigError`. */
export function parseSettings(
  flags: DeployFlags,
  positionals: readonly string[],
  { ownVersion, imageList }: DeploySurroundings,
): DeploySettings {
  const { name, version, flavor = "vanilla", secret } = parsePositionals(flags, positionals);
  const plugins = parsePlugins(flags.useKubeletImageCredentialIntegration);
  const { image = defaultRepository, collectMetrics, serviceType, admissionPolicy } = flags;
  // Plugins are programs of the node; they need the libc that the plain image has not.
  const suffix = plugins === undefined ? "" : "-distro";
  return {
    name: parseName(name, collectMetrics),
    namespace: checked("--namespace", flags.namespace, findDnsLabelFault),
    flavor,
    runtime: flags.runtime ?? (flavor === "ocp" ? "crio" : "containerd"),
    image: parseImage({ image, version, defaultVersion: `v${ownVersion}`, suffix }),
    secret: checked("--secret", secret, findDnsSubdomainFault),
    plugins,
    imageList,
    collectMetrics,
    serviceType,
    admissionPolicy,
    maxUnavailable: parseMaxUnavailable(flags.maxUnavailable),
    maxParallel: flags.maxParallel,
    startJitterMs: flags.startJitterMs,
    nodeSelector: parseNodeSelector(flags.nodeSelector),
    tolerations: parseTolerations(flags.tolerations),
    priorityClass: checked("--priority-class", flags.priorityClass, findDnsSubdomainFault),
    ...parseAllResources(flags),
  };
}

function parseAllResources(flags: DeployFlags): Pick<DeploySettings, "fetchResources" | "sleepResources"> {
  return {
    fetchResources: parseResources("fetch", {
      cpuRequest: flags.fetchCpuRequest,
      memoryRequest: flags.fetchMemoryRequest,
      cpuLimit: flags.fetchCpuLimit,
      memoryLimit: flags.fetchMemoryLimit,
    }),
    sleepResources: parseResources("sleep", {
      cpuRequest: flags.sleepCpuRequest,
      memoryRequest: flags.sleepMemoryRequest,
      cpuLimit: flags.sleepCpuLimit,
      memoryLimit: flags.sleepMemoryLimit,
    }),
  };
}

// A label's value (`app`) has 63 characters, and NAME-metrics is a Service: 63, too, and first a letter
// (RFC 1035) on all but the newest clusters.
function parseName(name: string, collectMetrics: boolean): string {
  const suffix = "-metrics";
  const fault = findDnsLabelFault(name, collectMetrics ? 63 - suffix.length : 63);
  if (fault !== undefined) throw flagError("NAME", `${quote(name)} cannot be used: ${fault}`);
  if (!collectMetrics || /^[a-z]/.test(name)) return name;
  throw flagError(
    "NAME",
    `${quote(name)} cannot be used: with --collect-metrics it must start with a letter`,
  );
}

/** The place of the plugins that a mode names. Throws a `ConfigError`. */
export function parsePlugins(mode: string | undefined): PluginPlace | undefined {
  if (mode === undefined) return undefined;
  const place = pluginPlaces.get(mode);
  if (place !== undefined) return place;
  const modes = [...pluginPlaces.keys()].join(", ");
  throw flagError(
    "--use-kubelet-image-credential-integration",
    `${quote(mode)} is not accepted; give ${modes}`,
  );
}

/** As Kubernetes takes it: a number or a percentage. Throws a `ConfigError`. */
export function parseMaxUnavailable(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  if (/^([1-9]\d?|100)%$/.test(text)) return text;
  throw flagError("--max-unavailable", `${quote(text)} is not accepted; give a number from 1, or 1% to 100%`);
}

/** The same text, where it has no fault. Throws a `ConfigError` that names the flag. */
export function checked(
  flag: string,
  text: string | undefined,
  findFault: (text: string) => string | undefined,
): string | undefined {
  const fault = text === undefined ? undefined : findFault(text);
  if (fault === undefined) return text;
  throw flagError(flag, `${quote(text ?? "")} cannot be used: ${fault}`);
}
