import type { Logger } from "../../lib/log.ts";
import type { ImageOwner, RequestedImage, SourceName } from "../../sources/source.ts";
import type { AgentStatus, ImageStatus } from "../agent-status.ts";
import type { PartialObserver } from "./observers.ts";

/** What was last heard of one image that an owner asks for. */
interface KnownImage {
  readonly name: string;
  /** Undefined: it was not present. */
  imageId: string | undefined;
  turn: number;
}

interface KnownOwner {
  readonly owner: ImageOwner;
  // A few at most: there are thousands of owners, and a map for each would cost more than all the rest.
  images: KnownImage[];
  turn: number;
}

interface Turn {
  readonly number: number;
  readonly status: AgentStatus;
  /** Images that were present by the turn before. */
  readonly present: ReadonlySet<string>;
}

/**
 * Says for each Fleet or workload what became of its images, once for each change, in the words of Octops image
 * syncer. `isDesired` tells whether an owner that asks for nothing here any more still asks for something elsewhere.
 */
export function createOwnerLog(
  log: Logger,
  isDesired: (owner: ImageOwner) => boolean = () => false,
): PartialObserver {
  const known = new Map<string, KnownOwner>();
  let present: ReadonlySet<string> = new Set();
  let number = 0;
  return {
    status(status) {
      number += 1;
      const turn = { number, status, present };
      for (const image of status.images) {
        for (const request of image.wanted.requests) noteRequest(known, turn, image, request, log);
      }
      forgetOthers(known, turn, log, isDesired);
      present = new Set(status.images.filter((image) => image.present).map(({ wanted }) => wanted.name));
    },
  };
}

function noteRequest(
  known: Map<string, KnownOwner>,
  turn: Turn,
  image: ImageStatus,
  { owner, ref }: RequestedImage,
  log: Logger,
): void {
  if (owner === undefined) return;
  const key = `${owner.kind}/${owner.namespace}/${owner.name}`;
  const entry = known.get(key) ?? { owner, images: [], turn: 0 };
  known.set(key, entry);
  entry.turn = turn.number;
  const news = noteImage(entry, turn, image);
  if (news === undefined) return;
  const message =
    news === "pulled" ? `${isFleet(owner) ? "fleet" : "workload"} synced` : "image already present";
  const imageId = news === "pulled" ? image.present?.imageId : undefined;
  log.info(message, { ...describeOwner(owner), image: ref, ref: imageId });
}

/** What is to be said of an image to one of its owners. */
function noteImage({ images }: KnownOwner, turn: Turn, image: ImageStatus): "pulled" | "present" | undefined {
  const { name } = image.wanted;
  const imageId = image.present?.imageId;
  const before = images.find((candidate) => candidate.name === name);
  if (before === undefined) images.push({ name, imageId, turn: turn.number });
  const isSame = before?.imageId === imageId;
  if (before !== undefined) Object.assign(before, { imageId, turn: turn.number });
  if (isSame || imageId === undefined) return undefined;
  // What was there as the owner came was pulled for somebody else.
  return image.pulledHere && (before !== undefined || !turn.present.has(name)) ? "pulled" : "present";
}

function forgetOthers(
  known: Map<string, KnownOwner>,
  { number, status }: Turn,
  log: Logger,
  isDesired: (owner: ImageOwner) => boolean,
): void {
  const synced = new Set(status.sources.filter(({ state }) => state === "synced").map(({ name }) => name));
  for (const [key, entry] of known) {
    const { owner } = entry;
    if (entry.turn === number) {
      if (entry.images.some(({ turn }) => turn !== number))
        entry.images = entry.images.filter(({ turn }) => turn === number);
      continue;
    }
    // A source that cannot hear of changes does not know who is gone.
    if (!synced.has(sourceOf(owner))) continue;
    known.delete(key);
    if (isDesired(owner)) log.info("no image is desired on this node any more", describeOwner(owner));
    else if (isFleet(owner)) log.info(`fleet ${owner.name} deleted`);
    else log.info("workload deleted", describeOwner(owner));
  }
}

function isFleet({ kind }: ImageOwner): boolean {
  return kind === "Fleet";
}

function sourceOf(owner: ImageOwner): SourceName {
  return isFleet(owner) ? "fleets" : "workloads";
}

function describeOwner(owner: ImageOwner): Record<string, string> {
  const { kind, namespace, name } = owner;
  return isFleet(owner) ? { fleet: name } : { kind, namespace, name };
}
