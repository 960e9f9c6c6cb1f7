import type { ServerResponse } from "node:http";
import { answer } from "./answer.ts";
import { serveList } from "./fake-list.ts";
import { createResource, type FakeObject, type FakeResource } from "./fake-resource.ts";
import { createWatches, type FakeWatches } from "./fake-watch.ts";

/** What a fake API server keeps besides its nodes: lists and watches of any resource. */
export interface FakeResources {
  /** Makes a resource known, by the path of its list; what is not defined is a 404. */
  define(path: string): FakeResource;
  find(path: string): FakeResource | undefined;
  /** As a CRD that is deleted: its watches end, and it is a 404 again. */
  undefine(path: string): void;
  /** Every watch that is open, of all resources. */
  readonly watches: FakeWatches;
  /** False: the path is none of these. */
  serve(request: { readonly method: string; readonly path: string }, response: ServerResponse): boolean;
}

/** The metadata that every object has, with what a test adds. */
export function configMap(
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): FakeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "ns", labels }, data };
}

export function createFakeResources(): FakeResources {
  const resources = new Map<string, FakeResource>();
  const watches = createWatches();
  // As the real one: versions are counted over all resources, and begin at no round number.
  let version = 1000;
  return {
    watches,
    define(path) {
      const resource = createResource(path, {
        next: () => {
          version += 1;
          return version;
        },
        now: () => version,
        onEvent: (event) => watches.send(path, event),
      });
      resources.set(path, resource);
      return resource;
    },
    find: (path) => resources.get(path),
    undefine(path) {
      resources.delete(path);
      watches.end(path);
    },
    serve({ method, path: text }, response) {
      const { pathname, searchParams: query } = new URL(text, "http://fake");
      const resource = resources.get(pathname);
      if (resource === undefined) return false;
      if (method !== "GET") answer(response, 405, { kind: "Status" });
      else if (query.get("watch") === "true") watches.open(resource, query, response);
      else serveList(resource, query, response);
      return true;
    },
  };
}
