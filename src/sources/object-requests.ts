import { printable } from "../lib/printable.ts";
import type { JsonRecord } from "../lib/record.ts";
import { extractPlacement } from "./extract-placement.ts";
import { recordAt, recordsAt, textAt } from "./json-parts.ts";
import { maxNameLength } from "./list-entry.ts";
import type { ImageOwner, RequestedImage } from "./source.ts";
import type { TextPool } from "./text-pool.ts";

/** What one object of the cluster asks for; each image once. */
export type ObjectRequests = readonly RequestedImage[];

/** A place in a pod spec that names an image. */
interface NamedImage {
  readonly ref: string;
  /** `container game`. */
  readonly what: string;
}

/**
 * The templates on the way from an object to its pods, the pod template last: `path` has the field of each spec that
 * holds the next one.
 */
export function listTemplates(object: unknown, path: readonly string[]): JsonRecord[] {
  const templates: JsonRecord[] = [];
  let at = object;
  for (const field of path) {
    const template = recordAt(recordAt(at, "spec"), field);
    templates.push(template);
    at = template;
  }
  return templates;
}

/** The images that the pods of an object use; whatever its shape, it does not throw. */
export function extractRequests(
  object: unknown,
  kind: string,
  podTemplate: JsonRecord | undefined,
  pool: TextPool,
): ObjectRequests {
  const podSpec = recordAt(podTemplate, "spec");
  const owner = extractOwner(object, kind, pool);
  const placement = pool.placement(extractPlacement(podSpec));
  const pullSecrets = listPullSecrets(podSpec, pool);
  const requests = new Map<string, RequestedImage>();
  for (const image of listImages(podSpec)) {
    if (requests.has(image.ref)) continue;
    const where = printable(`${kind} ${owner.namespace}/${owner.name}, ${image.what}`, 400);
    // Written out: objects made by a spread take half as much memory again, and there may be ten thousand.
    requests.set(image.ref, { ref: pool.text(cutName(image.ref)), where, owner, placement, pullSecrets });
  }
  return [...requests.values()];
}

function extractOwner(object: unknown, kind: string, pool: TextPool): ImageOwner {
  const metadata = recordAt(object, "metadata");
  const namespace = pool.text(textAt(metadata, "namespace") ?? "");
  return { kind, namespace, name: textAt(metadata, "name") ?? "" };
}

function listImages(podSpec: JsonRecord): NamedImage[] {
  return [
    ...recordsAt(podSpec, "initContainers").flatMap((container) => {
      const isSidecar = container["restartPolicy"] === "Always";
      return nameImage(container, "image", isSidecar ? "sidecar" : "init container", container);
    }),
    ...recordsAt(podSpec, "containers").flatMap((container) =>
      nameImage(container, "image", "container", container),
    ),
    ...recordsAt(podSpec, "volumes").flatMap((volume) =>
      nameImage(recordAt(volume, "image"), "reference", "volume", volume),
    ),
  ];
}

function nameImage(holder: JsonRecord, field: string, kind: string, named: JsonRecord): NamedImage[] {
  const ref = textAt(holder, field);
  return ref === undefined ? [] : [{ ref, what: `${kind} ${textAt(named, "name") ?? ""}` }];
}

const noSecrets: readonly string[] = [];

function listPullSecrets(podSpec: JsonRecord, pool: TextPool): readonly string[] {
  const names = recordsAt(podSpec, "imagePullSecrets").flatMap((item) => textAt(item, "name") ?? []);
  return names.length === 0 ? noSecrets : names.map(pool.text);
}

// What is longer names no image and may be a megabyte; the copy lets go of the whole.
function cutName(ref: string): string {
  return ref.length <= maxNameLength ? ref : Buffer.from(ref.slice(0, maxNameLength + 1)).toString();
}
