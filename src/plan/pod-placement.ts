/** A toleration, as a pod spec has it. */
export interface PodToleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** One requirement of a node selector term; `operator` is In, NotIn, Exists, DoesNotExist, Gt or Lt. */
export interface NodeRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** All of its requirements must hold. */
export interface NodeSelectorTerm {
  readonly labels: readonly NodeRequirement[];
  /** Of `matchFields`; Kubernetes knows `metadata.name` only. */
  readonly fields: readonly NodeRequirement[];
}

/** What a pod template asks of a node; what is absent asks nothing. */
export interface PodPlacement {
  /** `spec.nodeName`. */
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Of `requiredDuringSchedulingIgnoredDuringExecution`: one of the terms must hold. */
  readonly requiredTerms?: readonly NodeSelectorTerm[];
  readonly tolerations?: readonly PodToleration[];
}

/** A taint of a node. */
export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** What is known of the node that the agent runs on. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  /** The kubelet's condition DiskPressure. */
  readonly diskPressure: boolean;
}
