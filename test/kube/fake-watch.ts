import type { ServerResponse } from "node:http";
import { answer, statusObject } from "./answer.ts";
import type { FakeEvent, FakeObject, FakeResource } from "./fake-resource.ts";
import { isSelected } from "./fake-selector.ts";

/** The watches that are open. */
export interface FakeWatches {
  open(resource: FakeResource, query: URLSearchParams, response: ServerResponse): void;
  send(path: string, event: FakeEvent): void;
  /** Sends a bookmark of this version to all. */
  bookmark(version: number): void;
  /** Sends this text as it is. */
  write(text: string): void;
  /** Ends them in good order, as the server does after `timeoutSeconds`; of one resource, or all. */
  end(path?: string): void;
  /** Cuts their connections. */
  cut(): void;
  /** While it is true nothing is sent, and they are never ended: the silent watch. */
  silent: boolean;
  /** How an expired version is told: real servers do both. */
  expiredBy: "event" | "status";
  count(): number;
}

interface Watch {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

export function createWatches(): FakeWatches {
  const all = new Set<Watch>();
  const write = (watch: Watch, type: string, object: unknown) => {
    watch.response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const deliver = (watch: Watch, event: FakeEvent) => {
    const told = translate(event, watch.query);
    if (told !== undefined && !watches.silent) write(watch, told.type, told.object);
  };

  const watches: FakeWatches = {
    silent: false,
    expiredBy: "event",
    count: () => all.size,
    open(resource, query, response) {
      const version = Number(query.get("resourceVersion") ?? 0);
      const expired = statusObject(410, "Expired", `too old resource version: ${version}`);
      const isExpired = version < resource.oldestVersion;
      if (isExpired && watches.expiredBy === "status") return answer(response, 410, expired);
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      const watch = { path: resource.path, query, response };
      if (isExpired) {
        write(watch, "ERROR", expired);
        response.end();
        return;
      }
      all.add(watch);
      for (const event of resource.events()) if (event.version > version) deliver(watch, event);
      const end = () => !watches.silent && response.end();
      const timer = setTimeout(end, Number(query.get("timeoutSeconds") ?? 1800) * 1000);
      response.once("close", () => {
        clearTimeout(timer);
        all.delete(watch);
      });
    },
    send(path, event) {
      for (const watch of all) if (watch.path === path) deliver(watch, event);
    },
    bookmark(version) {
      const object = { kind: "Unknown", metadata: { resourceVersion: String(version) } };
      for (const watch of all) write(watch, "BOOKMARK", object);
    },
    write(text) {
      for (const { response } of all) response.write(text);
    },
    end(path) {
      for (const watch of all) if (path === undefined || watch.path === path) watch.response.end();
    },
    cut() {
      for (const { response } of all) response.socket?.destroy();
    },
  };
  return watches;
}

/** What an event is to a watch with a selector: an object that leaves the selection is gone for it. */
function translate(
  { before, after, version }: FakeEvent,
  query: URLSearchParams,
): { type: string; object: FakeObject } | undefined {
  const was = before !== undefined && isSelected(before, query) ? before : undefined;
  const is = after !== undefined && isSelected(after, query) ? after : undefined;
  if (is !== undefined) return { type: was === undefined ? "ADDED" : "MODIFIED", object: is };
  if (was === undefined) return undefined;
  return {
    type: "DELETED",
    object: { ...was, metadata: { ...was.metadata, resourceVersion: String(version) } as never },
  };
}
