import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isRecord, type JsonRecord } from "../../src/lib/record.ts";
import { answer, statusObject } from "../kube/answer.ts";
import type { FakeObject, FakeResource } from "../kube/fake-resource.ts";
import { createFakeResources } from "../kube/fake-resources.ts";

/** A write as it came. */
export interface FakeWrite {
  readonly verb: string;
  readonly path: string;
  readonly body: unknown;
}

/** An API server that keeps objects of some resources, with authorization; nobody runs any pod. */
export interface FakeCluster {
  readonly url: string;
  resource(path: string): FakeResource;
  /** The object of a name as it is now. */
  read(path: string, name: string): FakeObject | undefined;
  writes(): readonly FakeWrite[];
  /** What is denied: `VERB RESOURCE`, such as `patch pods`; reviews say so, and calls are a 403. */
  readonly denied: Set<string>;
  /** What a dry run of a pod is answered with; the pod itself unless it is set. */
  dryRun: (pod: JsonRecord) => JsonRecord;
  close(): Promise<void>;
}

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  DELETE: "delete",
  PATCH: "patch",
};

export async function startFakeCluster(lists: readonly string[]): Promise<FakeCluster> {
  const resources = createFakeResources();
  for (const path of lists) resources.define(path);
  const writes: FakeWrite[] = [];
  const resource = (path: string) => {
    const found = resources.find(path);
    if (found === undefined) throw new Error(`no resource ${path}`);
    return found;
  };
  const read = (path: string, name: string) =>
    resource(path)
      .at(Number.MAX_SAFE_INTEGER)
      .find(({ metadata }) => metadata.name === name);

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "" } = request;
    const body = await readBody(request);
    const { pathname, searchParams } = new URL(url, "http://fake");
    if (pathname.endsWith("/selfsubjectaccessreviews"))
      return answer(response, 201, review(body, cluster.denied));
    const { list, name } = split(pathname, lists);
    const verb = verbOf(method, name, searchParams);
    const kind = list?.slice(list.lastIndexOf("/") + 1) ?? "";
    if (list === undefined) return answer(response, 404, statusObject(404, "NotFound", "no such path"));
    if (cluster.denied.has(`${verb} ${kind}`))
      return answer(response, 403, statusObject(403, "Forbidden", `may not ${verb} ${kind}`));
    if (verb === "list" || verb === "watch") {
      resources.serve({ method, path: url }, response);
      return;
    }
    if (searchParams.get("dryRun") === "All") {
      return answer(response, 201, cluster.dryRun(isRecord(body) ? body : {}));
    }
    if (verb !== "get") writes.push({ verb, path: pathname, body });
    change({ resource: resource(list), live: read(list, nameOf(name, body)), verb, body, response });
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => response.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cluster: FakeCluster = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    resource,
    read,
    writes: () => [...writes],
    denied: new Set(),
    dryRun: (pod) => pod,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return cluster;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

function split(pathname: string, lists: readonly string[]) {
  const list = lists.find((path) => pathname === path || pathname.startsWith(`${path}/`));
  return { list, name: list === undefined ? "" : pathname.slice(list.length + 1) };
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  if (method !== "GET") return verbs[method] ?? method;
  if (name !== "") return "get";
  return query.get("watch") === "true" ? "watch" : "list";
}

function review(body: unknown, denied: ReadonlySet<string>) {
  const spec = isRecord(body) && isRecord(body["spec"]) ? body["spec"] : {};
  const attributes = isRecord(spec["resourceAttributes"]) ? spec["resourceAttributes"] : {};
  return { status: { allowed: !denied.has(`${attributes["verb"]} ${attributes["resource"]}`) } };
}

function nameOf(name: string, body: unknown): string {
  if (name !== "" || !isRecord(body) || !isRecord(body["metadata"])) return name;
  return String(body["metadata"]["name"]);
}

interface Change {
  readonly resource: FakeResource;
  readonly live: FakeObject | undefined;
  readonly verb: string;
  readonly body: unknown;
  readonly response: ServerResponse;
}

let uids = 0;

function change({ resource, live, verb, body, response }: Change): void {
  if (verb === "create" && live !== undefined) {
    answer(response, 409, statusObject(409, "AlreadyExists", "it is there"));
    return;
  }
  if (verb !== "create" && live === undefined) {
    answer(response, 404, statusObject(404, "NotFound", "it is not there"));
    return;
  }
  if (verb === "delete" && live !== undefined) resource.delete(live.metadata.name);
  if (verb === "patch" && live !== undefined) resource.set(withoutGates(live));
  if (verb === "create" || verb === "update") {
    const object = stamp(body as FakeObject, live);
    if (object === undefined) {
      answer(response, 409, statusObject(409, "Conflict", "it has been modified"));
      return;
    }
    resource.set(object);
  }
  const { name } = (live ?? (body as FakeObject)).metadata;
  const now = resource.at(Number.MAX_SAFE_INTEGER).find(({ metadata }) => metadata.name === name);
  answer(response, 200, now ?? { kind: "Status", status: "Success" });
}

// Undefined: somebody else has written it meanwhile.
function stamp(object: FakeObject, live: FakeObject | undefined): FakeObject | undefined {
  const before: JsonRecord = live?.metadata ?? {};
  const given: JsonRecord = object.metadata;
  const version = given["resourceVersion"];
  if (live !== undefined && version !== undefined && version !== before["resourceVersion"]) return undefined;
  uids += 1;
  const isSame = JSON.stringify(object["spec"]) === JSON.stringify(live?.["spec"]);
  const generation = Number(before["generation"] ?? 0) + (isSame ? 0 : 1);
  const metadata = { ...object.metadata, uid: before["uid"] ?? `uid-${uids}`, generation };
  return { ...object, metadata };
}

function withoutGates(pod: FakeObject): FakeObject {
  const spec = isRecord(pod["spec"]) ? pod["spec"] : {};
  return { ...pod, spec: { ...spec, schedulingGates: [] } };
}
