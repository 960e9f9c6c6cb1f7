import { printable } from "../../lib/printable.ts";
import type { HoldConfig } from "../config.ts";
import type { HeldImageStatus, HoldStatus } from "../hold-status.ts";
import { ownerOf } from "../objects/daemon-set.ts";

/** A ConfigMap holds a megabyte; the store of the cluster should not have to. */
const maxImages = 300;
const maxMessage = 300;

/** What the status ConfigMap says: a line for people, all for programs. */
export function createStatusData(status: HoldStatus): Readonly<Record<string, string>> {
  return { summary: summarise(status), "status.json": `${JSON.stringify(toJson(status), undefined, 2)}\n` };
}

/** The ConfigMap as it is written the first time. */
export function createStatusObject(
  config: HoldConfig,
  name: string,
  ownerUid: string,
  data: Readonly<Record<string, string>>,
) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: config.namespace, ownerReferences: [ownerOf(config, ownerUid)] },
    data,
  };
}

function summarise({ images, nodes, problem }: HoldStatus): string {
  const held = images.filter(({ heldRef }) => heldRef !== undefined).length;
  const failing = images.filter(({ failure }) => failure !== undefined).length;
  const parts = [
    `${held} of ${images.length} images held`,
    `${nodes.ready} of ${nodes.desired} nodes ready`,
    ...(failing > 0 ? [`${failing} failing`] : []),
    ...(problem === undefined ? [] : [printable(problem, maxMessage)]),
  ];
  return parts.join(", ");
}

function toJson({ mode, modeReason, nodes, problem, pending, configFaults, images }: HoldStatus) {
  return {
    mode,
    modeReason: printable(modeReason, maxMessage),
    problem: problem && printable(problem, maxMessage),
    pending: pending && printable(pending, maxMessage),
    configFaults: configFaults.slice(0, 20).map((fault) => printable(fault, maxMessage)),
    nodes,
    images: images.slice(0, maxImages).map(toImageJson),
    ...(images.length > maxImages && { moreImages: images.length - maxImages }),
  };
}

function toImageJson(image: HeldImageStatus) {
  const { name, ref, phase, digest, heldRef, readyNodes, nodeFailures, failure, failures } = image;
  return {
    name,
    image: ref,
    phase,
    digest,
    held: heldRef,
    readyNodes,
    ...(Object.keys(nodeFailures).length > 0 && { nodeFailures }),
    ...(failure !== undefined && {
      failure: { ...failure, message: printable(failure.message, maxMessage), count: failures },
    }),
  };
}
