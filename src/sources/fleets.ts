import type { Informer } from "../kube/informed.ts";
import { createInformedSource } from "./informed-source.ts";
import { countsObject, type ObjectFilters } from "./object-filters.ts";
import { extractRequests, listTemplates, type ObjectRequests } from "./object-requests.ts";
import type { Source } from "./source.ts";
import { createTextPool, type TextPool } from "./text-pool.ts";

/** What is kept of a Fleet. */
export type FleetRequests = ObjectRequests;

/** All Fleets of the cluster. */
export const fleetPath = "/apis/agones.dev/v1/fleets";

// A Fleet has the template of a GameServer, which has that of a pod.
const templatePath = ["template", "template"];

/**
 * The images of a Fleet's game servers; undefined for a Fleet that does not count: all count but what the annotation
 * or the filters exclude. Whatever the shape of the object, it does not throw.
 */
export function extractFleet(
  object: unknown,
  filters: ObjectFilters,
  pool: TextPool = createTextPool(),
): FleetRequests | undefined {
  const templates = listTemplates(object, templatePath);
  if (!countsObject(object, templates, filters, true)) return undefined;
  return extractRequests(object, "Fleet", templates.at(-1), pool);
}

/** The source of what Agones Fleets use. A cluster without Agones desires nothing, until it gets it. */
export function createFleetSource(options: { readonly informer: Informer<FleetRequests> }): Source {
  return createInformedSource({
    name: "fleets",
    informers: new Map([["Fleets", options.informer]]),
    describeAbsent: () => "the cluster does not know agones.dev/v1 Fleets yet",
  });
}
