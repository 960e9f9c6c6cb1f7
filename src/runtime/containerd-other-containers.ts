import type { CallBounds } from "../lib/call-bounds.ts";
import type { Channel } from "../lib/grpc/channel.ts";
import { inCriNamespace } from "./containerd-namespace.ts";
import * as containers from "./gen/containerd-containers.ts";
import { createUnaryCall } from "./unary-call.ts";

const method = "/containerd.services.containers.v1.Containers/List";
/** What CRI lists itself is left out, for each record carries a whole runtime specification. */
const notOfCri = 'labels."io.cri-containerd.kind"!=container';

/**
 * The images of the containers in CRI's namespace that CRI does not list: pod sandboxes, and what other clients
 * (`ctr`, `nerdctl`) run there.
 */
export async function listOtherContainerImages(
  channel: Pick<Channel, "call">,
  bounds: CallBounds,
): Promise<string[]> {
  const codecs = [containers.ListContainersRequest, containers.ListContainersResponse] as const;
  const call = createUnaryCall(channel, inCriNamespace);
  const answer = await call(method, codecs, { filters: [notOfCri] }, bounds);
  return answer.containers.map(({ image }) => image);
}
