import type { JsonRecord } from "../../lib/record.ts";
import type { KubeObject, ObjectMeta } from "../../manifests/kube-object.ts";

/** Whose object another one is: Kubernetes deletes it with its owner. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface OwnedMeta extends ObjectMeta {
  readonly namespace: string;
  readonly ownerReferences: readonly OwnerReference[];
}

/** The parts of a pod that decide what it holds and where. */
export type PodSpec = JsonRecord;

/** The template of the DaemonSet's pods. */
export interface PodTemplate {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
}

/** The DaemonSet that holds images, as we ask for it. */
export interface HoldDaemonSet extends KubeObject {
  readonly apiVersion: "apps/v1";
  readonly kind: "DaemonSet";
  readonly metadata: OwnedMeta & { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly updateStrategy: JsonRecord;
    readonly template: PodTemplate;
  };
}

/** A pod that shows whether images can be held. */
export interface ProbePod extends KubeObject {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: OwnedMeta;
  readonly spec: PodSpec;
}
