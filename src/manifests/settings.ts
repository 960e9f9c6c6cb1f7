import type { PluginPlace, RuntimeName } from "./host-paths.ts";
import type { Resources, Toleration } from "./kube-object.ts";

/** Kinds of clusters: `ocp` is OpenShift, where access to the host has to be granted. */
export const flavors = ["vanilla", "ocp"] as const;
export type Flavor = (typeof flavors)[number];

export const serviceTypes = ["ClusterIP", "NodePort", "LoadBalancer"] as const;
export type ServiceType = (typeof serviceTypes)[number];

/** All that the manifest of one instance depends on, checked. */
export interface DeploySettings {
  /** Of the DaemonSet, the ConfigMap with the list, the ServiceAccount and the node label. */
  readonly name: string;
  /** Undefined where whoever applies the manifest says it. */
  readonly namespace: string | undefined;
  readonly flavor: Flavor;
  readonly runtime: RuntimeName;
  readonly image: string;
  /** The name of a secret of type kubernetes.io/dockerconfigjson. */
  readonly secret: string | undefined;
  readonly plugins: PluginPlace | undefined;
  /** The text of the list, where the manifest brings it along. */
  readonly imageList: string | undefined;
  readonly collectMetrics: boolean;
  readonly serviceType: ServiceType;
  readonly admissionPolicy: boolean;
  readonly maxUnavailable: number | string | undefined;
  readonly maxParallel: number | undefined;
  readonly startJitterMs: number | undefined;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly priorityClass: string | undefined;
  readonly fetchResources: Resources;
  readonly sleepResources: Resources;
}
