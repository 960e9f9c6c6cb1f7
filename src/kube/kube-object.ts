import { isRecord, type JsonRecord } from "../lib/record.ts";
import { KubeError } from "./errors.ts";

/** What an informer needs of every object. */
export interface ObjectHead {
  /** `namespace/name`, or `name`. */
  readonly key: string;
  readonly resourceVersion: string;
}

/** Parses one object, or throws a `KubeError` `unknown` that does not quote it. */
export function parseObjectJson(json: Buffer): JsonRecord {
  const value = parse(json);
  if (isRecord(value)) return value;
  throw new KubeError("an object of the answer is no JSON", { kind: "unknown" });
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** The metadata of an object or a list; an empty record where it has none. */
export function metadataOf(object: unknown): JsonRecord {
  const metadata = isRecord(object) ? object["metadata"] : undefined;
  return isRecord(metadata) ? metadata : {};
}

/** Name and version; throws a `KubeError` `unknown` for what is no object of Kubernetes. */
export function parseObjectHead(object: unknown): ObjectHead {
  const { name, namespace, resourceVersion } = metadataOf(object);
  if (typeof name !== "string" || name === "" || typeof resourceVersion !== "string") {
    throw new KubeError("an object of the answer has no name or no resource version", { kind: "unknown" });
  }
  const scoped = typeof namespace === "string" && namespace !== "";
  return { key: scoped ? `${namespace}/${name}` : name, resourceVersion };
}
