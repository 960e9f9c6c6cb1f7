/** The init container that puts `sleep` where the containers of all images find it. */
export const copySleepName = "copy-sleep";

/** What the pods of the DaemonSet are known by; kubernetes-image-puller's, so that a live DaemonSet can be taken over. */
export const podLabels: Readonly<Record<string, string>> = {
  test: "daemonset-test",
  "app.kubernetes.io/name": "image-puller",
};

/** The gate that new pods wait at for a slot. */
export const slotGate = "prestow.dev/slot";

/** Hash of the pod template that we asked for; on the DaemonSet and on its pods. */
export const templateAnnotation = "prestow.dev/template";

/** Hashes of how it is rolled out, and after a dot of its annotations and its owner, as we asked for them. */
export const detailsAnnotation = "prestow.dev/details";

/** The generation that the DaemonSet got by our last write; a greater one means that somebody else has edited it. */
export const generationAnnotation = "prestow.dev/generation";

/** The annotations of `DAEMONSET_ANNOTATIONS` that the DaemonSet has, so that those no longer asked for can go. */
export const ownAnnotationsAnnotation = "prestow.dev/annotations";

/** Names the DaemonSet that a probe pod is for. */
export const probeLabel = "prestow.dev/probe-of";

/** Where the launcher is in our image. */
export const launcherPath = "/usr/local/bin/prestow";
