import { createHash } from "node:crypto";
import { readBoundedBytes } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";
import { flagError, quote } from "./flag-error.ts";
import type { KubeObject } from "./kube-object.ts";
import { type InstanceName, objectMeta } from "./object-meta.ts";
import type { DeploySettings } from "./settings.ts";

const flag = "--image-list";

// `kubectl apply` keeps the object as JSON in an annotation of at most 256 KiB; the rest of it needs some, too.
const maxListBytes = 250 * 1024;

/** The key of the list in its ConfigMap, and so the name of the mounted file. */
export const listKey = "images.txt";

/** Reads the file of `--image-list` as it is. Throws a `ConfigError` where a ConfigMap cannot hold it. */
export async function readListText(path: string): Promise<string> {
  const bytes = await readBoundedBytes(path, maxListBytes).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const text = bytes && decode(path, bytes);
  if (text !== undefined && Buffer.byteLength(JSON.stringify(text)) <= maxListBytes) return text;
  throw flagError(
    flag,
    `${quote(path)} is larger than 250 KiB, too much for kubectl apply; leave it out and use kubectl create configmap`,
  );
}

/** The ConfigMap with the list; undefined where the user creates it. */
export function createImageList(
  settings: InstanceName & Pick<DeploySettings, "imageList">,
): KubeObject | undefined {
  const { imageList } = settings;
  if (imageList === undefined) return undefined;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: objectMeta(settings),
    data: { [listKey]: imageList },
  };
}

/** What in a pod template makes a changed list roll the pods. */
export function checksumAnnotation(imageList: string): Record<string, string> {
  return { "prestow.dev/image-list-sha256": createHash("sha256").update(imageList).digest("hex") };
}

function unreadable(path: string, cause: unknown): ConfigError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  return new ConfigError(`${flag}: ${quote(path)} cannot be read (${code}); give a text file`, { cause });
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError(`${flag}: ${quote(path)} is no UTF-8 text; give one image name a line`, {
      cause: error,
    });
  }
}
