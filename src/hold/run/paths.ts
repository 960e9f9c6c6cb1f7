import type { HoldConfig } from "../config.ts";

type Place = Pick<HoldConfig, "namespace">;

const encode = encodeURIComponent;

/** The path of all DaemonSets of the namespace. */
export function daemonSetsPath({ namespace }: Place): string {
  return `/apis/apps/v1/namespaces/${encode(namespace)}/daemonsets`;
}

/** The path of the DaemonSet that holds. */
export function daemonSetPath(config: Pick<HoldConfig, "namespace" | "daemonSetName">): string {
  return `${daemonSetsPath(config)}/${encode(config.daemonSetName)}`;
}

/** The path of the Deployment that owns it. */
export function deploymentPath({
  namespace,
  deploymentName,
}: Pick<HoldConfig, "namespace" | "deploymentName">): string {
  return `/apis/apps/v1/namespaces/${encode(namespace)}/deployments/${encode(deploymentName)}`;
}

/** The path of all pods of the namespace. */
export function podsPath({ namespace }: Place): string {
  return `/api/v1/namespaces/${encode(namespace)}/pods`;
}

/** The path of one pod. */
export function podPath(config: Place, name: string): string {
  return `${podsPath(config)}/${encode(name)}`;
}

/** The path of all ConfigMaps of the namespace. */
export function configMapsPath({ namespace }: Place): string {
  return `/api/v1/namespaces/${encode(namespace)}/configmaps`;
}

/** The path of all events of the namespace. */
export function eventsPath({ namespace }: Place): string {
  return `/api/v1/namespaces/${encode(namespace)}/events`;
}
