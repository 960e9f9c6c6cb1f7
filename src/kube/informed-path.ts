/** What of a resource is informed of. */
export interface InformedPath {
  /** `/apis/GROUP/VERSION/…`, without a query. */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

type Query = Readonly<Record<string, string | undefined>>;

/** The path of one page; the first one without `continueToken`. */
export function listPath(of: InformedPath, limit: number, continueToken: string | undefined): string {
  return withQuery(of, { limit: String(limit), continue: continueToken });
}

/** The path of a watch on everything after `resourceVersion`. */
export function watchPath(of: InformedPath, resourceVersion: string, timeoutSeconds: number): string {
  return withQuery(of, {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  });
}

function withQuery({ path, labelSelector, fieldSelector }: InformedPath, query: Query): string {
  const all = new URLSearchParams();
  for (const [key, value] of Object.entries({ labelSelector, fieldSelector, ...query })) {
    if (value !== undefined && value !== "") all.set(key, value);
  }
  return `${path}?${all}`;
}
