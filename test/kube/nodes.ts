/** Labels of one node. */
export type Labels = Record<string, string>;

/** A Node object as far as labels go. */
export function nodeObject(name: string, labels: Labels) {
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels: { ...labels } } };
}

/** Merges a patch's labels as the API server does: null takes away, the others stay. */
export function mergeLabels(labels: Labels, body: unknown): void {
  const patch = (body as { metadata?: { labels?: Record<string, string | null> } }).metadata?.labels ?? {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete labels[key];
    else labels[key] = value;
  }
}
