import { isRecord } from "../lib/record.ts";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";
import { type InformedPath, listPath } from "./informed-path.ts";
import { metadataOf, parseObjectJson } from "./kube-object.ts";
import { createListSplitter } from "./list-splitter.ts";
import type { StreamBounds } from "./stream.ts";

export interface ListOptions {
  readonly client: Pick<KubeClient, "stream">;
  readonly of: InformedPath;
  /** Objects in one page. */
  readonly pageLimit: number;
  /** Of each page. */
  readonly bounds: StreamBounds;
}

/**
 * Lists a resource page by page and hands on its objects one by one; resolves to the resource version that a watch
 * goes on from. Throws a `KubeError`; `gone`: the pages took too long, and the list has to begin anew.
 */
export async function listPages(options: ListOptions, onObject: (object: unknown) => void): Promise<string> {
  let continueToken: string | undefined;
  for (;;) {
    const { resourceVersion, continue: next } = await readPage(options, continueToken, onObject);
    if (next === undefined || next === "") {
      if (typeof resourceVersion === "string" && resourceVersion !== "") return resourceVersion;
      throw new KubeError("the list has no resource version; is this the API server?", { kind: "unknown" });
    }
    if (typeof next !== "string" || next === continueToken) {
      throw new KubeError("the list has a page that leads nowhere", { kind: "unknown" });
    }
    continueToken = next;
  }
}

async function readPage(
  { client, of, pageLimit, bounds }: ListOptions,
  continueToken: string | undefined,
  onObject: (object: unknown) => void,
) {
  const splitter = createListSplitter((json) => onObject(parseObjectJson(json)));
  await client.stream(listPath(of, pageLimit, continueToken), bounds, splitter.write);
  const list = splitter.end();
  const items = isRecord(list) ? list["items"] : undefined;
  if (items !== null && !(Array.isArray(items) && items.every((item) => item === 0))) {
    throw new KubeError("the answer is no list; is this the API server?", { kind: "unknown" });
  }
  return metadataOf(list);
}
