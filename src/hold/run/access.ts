import type { AccessRule } from "../../results/agent/refusal-log.ts";
import type { HoldConfig } from "../config.ts";

/** What costs more than kubernetes-image-puller's Role allows. */
export type Feature =
  | "update"
  | "watch"
  | "pods"
  | "probes"
  | "gates"
  | "nodes"
  | "events"
  | "status"
  | "secrets";

/** One thing that is asked of the API server's authorizer. */
export interface Question {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name: string | undefined;
  /** False: of the whole cluster. */
  readonly namespaced: boolean;
}

/** A feature, what it needs, and what is missing without it. */
export interface FeatureNeed {
  readonly feature: Feature;
  readonly questions: readonly Question[];
  readonly rule: AccessRule;
  readonly effect: string;
}

interface Need {
  readonly feature: Feature;
  readonly group?: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Verbs on `name` alone. */
  readonly namedVerbs?: readonly string[];
  readonly names?: readonly string[];
  readonly cluster?: boolean;
  readonly effect: string;
}

/** Which permissions are worth asking for. */
export function listFeatureNeeds(config: HoldConfig): FeatureNeed[] {
  const { daemonSetName, imagePullSecrets } = config;
  const needs: readonly Need[] = [
    {
      feature: "update",
      group: "apps",
      resource: "daemonsets",
      verbs: [],
      namedVerbs: ["update"],
      names: [daemonSetName],
      effect: "a changed DaemonSet is deleted and created again",
    },
    {
      feature: "watch",
      group: "apps",
      resource: "daemonsets",
      verbs: ["list", "watch"],
      effect: "the DaemonSet is only looked at each CACHING_INTERVAL_HOURS",
    },
    {
      feature: "pods",
      resource: "pods",
      verbs: ["list", "watch"],
      effect: "what becomes of the images on the nodes is not known",
    },
    {
      feature: "probes",
      resource: "pods",
      verbs: ["create", "delete"],
      effect: "images are not tried before every node gets them, and MODE=auto is containers",
    },
    {
      feature: "gates",
      resource: "pods",
      verbs: ["patch"],
      effect: "MAX_NODES has no effect: plain rolling updates",
    },
    {
      feature: "nodes",
      resource: "nodes",
      verbs: ["list", "watch"],
      cluster: true,
      effect: "pressure on disks and platforms of nodes are not known",
    },
    { feature: "events", resource: "events", verbs: ["create"], effect: "no Kubernetes events are written" },
    {
      feature: "status",
      resource: "configmaps",
      verbs: ["create"],
      namedVerbs: ["get", "update"],
      names: [statusName(config)],
      effect: "no status is written",
    },
    {
      feature: "secrets",
      resource: "secrets",
      verbs: [],
      namedVerbs: ["get"],
      names: imagePullSecrets,
      effect: "digests of private images are asked for without credentials",
    },
  ];
  return needs.map(toFeatureNeed);
}

/** The ConfigMap that tells what is held where. */
export function statusName({ daemonSetName }: Pick<HoldConfig, "daemonSetName">): string {
  return `${daemonSetName}-status`;
}

/** The body of a SelfSubjectAccessReview. */
export function createReview(question: Question, namespace: string) {
  const { group, resource, verb, name, namespaced } = question;
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: {
      resourceAttributes: {
        group,
        resource,
        verb,
        ...(namespaced && { namespace }),
        ...(name !== undefined && { name }),
      },
    },
  };
}

function toFeatureNeed(need: Need): FeatureNeed {
  const { feature, group = "", resource, verbs, namedVerbs = [], names = [], cluster, effect } = need;
  const common = { group, resource, namespaced: cluster !== true };
  return {
    feature,
    effect,
    questions: [
      ...verbs.map((verb) => ({ ...common, verb, name: undefined })),
      ...names.flatMap((name) => namedVerbs.map((verb) => ({ ...common, verb, name }))),
    ],
    rule: { apiGroups: [group], resources: [resource], verbs: [...verbs, ...namedVerbs] },
  };
}
