import { isRecord } from "../lib/record.ts";
import { kindOfStatus } from "./answer.ts";
import { KubeError } from "./errors.ts";
import { metadataOf, parseObjectHead, parseObjectJson } from "./kube-object.ts";
import { safeText } from "./safe-text.ts";

/** What one line of a watch says. */
export type WatchEvent =
  | { readonly type: "set"; readonly key: string; readonly object: unknown; readonly resourceVersion: string }
  | { readonly type: "deleted"; readonly key: string; readonly resourceVersion: string }
  | { readonly type: "bookmark"; readonly resourceVersion: string };

/** Reads one line of a watch. Throws the `KubeError` that an `ERROR` event means, and `unknown` for any other line. */
export function parseWatchEvent(line: Buffer): WatchEvent {
  const { type, object } = parseObjectJson(line);
  if (type === "ERROR") throw errorOf(object);
  if (type === "BOOKMARK") return { type: "bookmark", resourceVersion: versionOf(object) };
  const { key, resourceVersion } = parseObjectHead(object);
  if (type === "ADDED" || type === "MODIFIED") return { type: "set", key, object, resourceVersion };
  if (type === "DELETED") return { type: "deleted", key, resourceVersion };
  throw new KubeError("the watch has an event of a type that is not known", { kind: "unknown" });
}

function versionOf(object: unknown): string {
  const { resourceVersion } = metadataOf(object);
  if (typeof resourceVersion === "string" && resourceVersion !== "") return resourceVersion;
  throw new KubeError("a bookmark of the watch has no resource version", { kind: "unknown" });
}

/** A watch answers 200 and tells later what failed, in a Status object. */
function errorOf(value: unknown): KubeError {
  const { code, message, reason, details } = isRecord(value) ? value : {};
  const status = typeof code === "number" ? code : 0;
  const said = typeof message === "string" ? safeText(message, undefined) : "no reason is given";
  const seconds = isRecord(details) ? details["retryAfterSeconds"] : undefined;
  return new KubeError(`the server ended the watch: ${said}`, {
    kind: kindOfStatus(status),
    status: status === 0 ? undefined : status,
    reason: typeof reason === "string" ? safeText(reason, undefined) : undefined,
    retryAfterMs: typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined,
  });
}
