import type { KubeClient } from "../../kube/client.ts";
import type { Leader } from "../../kube/lease.ts";

type Client = Pick<KubeClient, "get" | "post" | "put" | "patch" | "delete">;

/** The same client, whose writes are refused from the moment on in which another replica may lead. */
export function createLeadingClient(client: Client, leader: Pick<Leader, "isLeader">): Client {
  // A look takes many calls, and may be held up between any two of them.
  const whileLeading = async (write: () => Promise<unknown>): Promise<unknown> => {
    if (!leader.isLeader()) throw new Error("this replica leads no more; the rest is not written");
    return await write();
  };
  return {
    get: (path, bounds) => client.get(path, bounds),
    post: (path, body, bounds) => whileLeading(() => client.post(path, body, bounds)),
    put: (path, body, bounds) => whileLeading(() => client.put(path, body, bounds)),
    patch: (path, body, options, bounds) => whileLeading(() => client.patch(path, body, options, bounds)),
    delete: (path, bounds) => whileLeading(() => client.delete(path, bounds)),
  };
}
