import { formatDuration } from "../lib/duration.ts";
import { type PluginPlace, socketPlaces } from "./host-paths.ts";
import { listKey } from "./image-list.ts";
import { grpcPort, metricsName } from "./metrics.ts";
import type { DeploySettings } from "./settings.ts";

/** One thing that `fetch` or `agent` is given: flags, and the files that they name. */
export interface FetchPart {
  readonly args?: readonly string[];
  readonly mounts?: readonly Mount[];
}

/** A volume and where it is mounted, read-only unless it says otherwise. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  readonly writable?: true;
  /** The volume without its name, such as `{ configMap: … }`. */
  readonly source: Readonly<Record<string, unknown>>;
}

/** All that `fetch` gets, in the order of its flags. */
export function createFetchParts(settings: DeploySettings): FetchPart[] {
  const { secret, plugins } = settings;
  return [
    ...(secret === undefined ? [] : [secretPart(secret)]),
    listPart(settings),
    socketPart(settings),
    ...(settings.collectMetrics
      ? [{ args: [`--metrics-endpoint=${metricsName(settings)}:${grpcPort}`] }]
      : []),
    ...(plugins === undefined ? [] : [pluginPart(plugins)]),
    pacePart(settings),
    tokenPart(),
  ];
}

/** The pull secret. */
export function secretPart(secretName: string): FetchPart {
  const path = "/tmp/pull-secret";
  return {
    args: [`--docker-config=${path}/.dockerconfigjson`],
    mounts: [{ name: "pull-secret", path, source: { secret: { secretName } } }],
  };
}

const listFolder = "/tmp/list";

/** Where the list of the instance's ConfigMap is mounted. */
export const listPath = `${listFolder}/${listKey}`;

/** The list in the ConfigMap of the instance. */
export function listPart({ name }: Pick<DeploySettings, "name">): FetchPart {
  return {
    args: [`--image-list-file=${listPath}`],
    mounts: [{ name: "image-list", path: listFolder, source: { configMap: { name } } }],
  };
}

/**
 * The runtime's socket; its directory, because a runtime that restarts makes a new socket, and a mounted one would
 * stay dead.
 */
export function socketPart({ runtime }: Pick<DeploySettings, "runtime">): FetchPart {
  const { directory, file } = socketPlaces[runtime];
  const path = "/tmp/cri";
  return {
    args: [`--cri-socket=${path}/${file}`],
    mounts: [{ name: "cri-socket-dir", path, source: hostDirectory(directory) }],
  };
}

/** The kubelet's credential provider plugins. */
export function pluginPart({ configDirectory, configFile, binDirectory }: PluginPlace): FetchPart {
  const config = "/tmp/credential-provider";
  const bin = "/tmp/credential-provider-bin";
  return {
    args: [
      `--image-credential-provider-config=${config}/${configFile}`,
      `--image-credential-provider-bin-dir=${bin}`,
    ],
    mounts: [
      { name: "credential-provider-config", path: config, source: hostDirectory(configDirectory) },
      { name: "credential-provider-bin", path: bin, source: hostDirectory(binDirectory) },
    ],
  };
}

function pacePart({ maxParallel, startJitterMs }: DeploySettings): FetchPart {
  return {
    args: [
      ...(maxParallel === undefined ? [] : [`--max-parallel=${maxParallel}`]),
      ...(startJitterMs === undefined ? [] : [`--start-jitter=${formatDuration(startJitterMs)}`]),
    ],
  };
}

/** The account's token, as the kubelet would mount it into every container of the pod; here only this one gets it. */
export function tokenPart(): FetchPart {
  const namespace = { path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } };
  const sources = [
    { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [namespace] } },
  ];
  const path = "/var/run/secrets/kubernetes.io/serviceaccount";
  return { mounts: [{ name: "api-access", path, source: { projected: { sources } } }] };
}

function hostDirectory(path: string): Record<string, unknown> {
  // With a type, a node that has no such directory says so in an event of the pod.
  return { hostPath: { path, type: "Directory" } };
}
