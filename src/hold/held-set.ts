/** An image that is proven: a pod with it starts. Only these get into the shared pod. */
export interface ProvenImage {
  /** Of its container or volume. */
  readonly name: string;
  /** As the user wrote it. */
  readonly ref: string;
  /** What the pod names: in volumes mode `repo@sha256:…`, in containers mode the reference as written. */
  readonly pinnedRef: string;
  /** `sha256:…` where it was resolved. */
  readonly digest: string | undefined;
}

/** What the cluster is asked to hold now; the pure input of the desired DaemonSet. */
export interface HeldSet {
  readonly mode: "containers" | "volumes";
  readonly images: readonly ProvenImage[];
  /** New pods wait for a slot; false where nobody could take the gate away (no permission to patch pods). */
  readonly gated: boolean;
  /** The image of our own program: its static pause. */
  readonly pauseImage: string;
  /** Group `route.openshift.io` is there: users are chosen by the cluster. */
  readonly openShift: boolean;
  /** uid of the owning Deployment. */
  readonly ownerUid: string;
}
