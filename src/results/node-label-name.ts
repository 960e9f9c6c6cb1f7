/** What stands before the slash of the label's key; manifests and scripts of image-prefetcher look for it. */
const prefix = "image-prefetcher.stackrox.io";

/** The most that Kubernetes allows after the slash of a label's key. */
const maxLength = 63;

/** The key of the label of one instance; a missing or useless name is `prefetcher`. */
export function createLabelKey(instance: string | undefined): string {
  const name = (instance ?? "")
    .replace(/[^a-zA-Z0-9._-]+/g, "-")
    .slice(0, maxLength)
    .replace(/^[._-]+|[._-]+$/g, "");
  return `${prefix}/${name === "" ? "prefetcher" : name}`;
}

/** Whether the API server could know a node of this name: nothing else may become part of a path. */
export function isNodeName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
}
