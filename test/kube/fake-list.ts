import type { ServerResponse } from "node:http";
import { answer, statusObject } from "./answer.ts";
import type { FakeResource } from "./fake-resource.ts";
import { isSelected } from "./fake-selector.ts";

interface Token {
  readonly version: number;
  readonly after: string;
}

/** One page of a list, as of the version that its first page had. */
export function serveList(resource: FakeResource, query: URLSearchParams, response: ServerResponse): void {
  const token = parseToken(query.get("continue"));
  const version = token?.version ?? resource.version();
  if (version < resource.oldestVersion && token !== undefined) {
    const message = "The provided continue parameter is too old to display a consistent list result.";
    answer(response, 410, statusObject(410, "Expired", message));
    return;
  }
  const limit = Number(query.get("limit") ?? Number.POSITIVE_INFINITY);
  const left = resource
    .at(version)
    .filter((object) => object.metadata.name > (token?.after ?? "") && isSelected(object, query));
  const items = left.slice(0, limit);
  const last = items.at(-1)?.metadata.name;
  const next = left.length > items.length && last !== undefined ? { version, after: last } : undefined;
  const metadata = {
    resourceVersion: String(version),
    ...(next !== undefined && { continue: toText(next), remainingItemCount: left.length - items.length }),
  };
  // Built-in types begin with their metadata, custom resources with their items.
  const list = resource.path.startsWith("/apis/")
    ? { apiVersion: "v1", items, kind: "List", metadata }
    : { kind: "List", apiVersion: "v1", metadata, items };
  answer(response, 200, list);
}

function toText(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function parseToken(text: string | null): Token | undefined {
  return text === null ? undefined : JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
}
