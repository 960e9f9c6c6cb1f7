import type { NodeImage } from "../../plan/node-image.ts";
import type { Repair } from "../../plan/repair.ts";
import type { HoldBackReason, ImageStatus } from "../../results/agent-status.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import type { AgentPull } from "./agent-pull.ts";

/** What the loop remembers of an image, for as long as it is desired. */
export interface TrackedImage {
  wanted: NodeImage;
  /** Its pull, from when it is found missing until it is present. */
  pull: AgentPull | undefined;
  /** As of the last turn. */
  present: RuntimeImage | undefined;
  /** The image id, where the runtime lists what was pulled under another name. */
  knownAs: string | undefined;
  pulledHere: boolean;
  tried: boolean;
  failure: ImageStatus["failure"];
  repair: Repair | undefined;
  reason: HoldBackReason | undefined;
}

/** The desired images of this node; what is no longer desired is forgotten. */
export interface TrackedImages {
  /** In the order of the desired set. */
  list(): readonly TrackedImage[];
  get(name: string): TrackedImage | undefined;
  /** Whether this is the name of a desired image, or the id of a desired one that is present. */
  isDesired(nameOrId: string): boolean;
  follow(images: readonly NodeImage[], handlers: FollowHandlers): void;
}

export interface FollowHandlers {
  onDropped(tracked: TrackedImage): void;
  /** An object that did not ask for the image before does so now. */
  onNewOwner(tracked: TrackedImage): void;
}

export function createTrackedImages(): TrackedImages {
  let byName = new Map<string, TrackedImage>();
  let inOrder: readonly TrackedImage[] = [];
  return {
    list: () => inOrder,
    get: (name) => byName.get(name),
    isDesired: (nameOrId) => byName.has(nameOrId) || inOrder.some(({ present }) => present?.id === nameOrId),
    follow(images, { onDropped, onNewOwner }) {
      const before = byName;
      byName = new Map(images.map((wanted) => [wanted.name, before.get(wanted.name) ?? track(wanted)]));
      inOrder = [...byName.values()];
      for (const [name, tracked] of before) if (!byName.has(name)) onDropped(tracked);
      for (const wanted of images) {
        const tracked = byName.get(wanted.name);
        if (tracked === undefined || tracked.wanted === wanted) continue;
        const isNew = hasNewOwner(tracked.wanted, wanted);
        tracked.wanted = wanted;
        if (isNew) onNewOwner(tracked);
      }
    },
  };
}

function track(wanted: NodeImage): TrackedImage {
  return {
    wanted,
    pull: undefined,
    present: undefined,
    knownAs: undefined,
    pulledHere: false,
    tried: false,
    failure: undefined,
    repair: undefined,
    reason: undefined,
  };
}

function hasNewOwner(before: NodeImage, now: NodeImage): boolean {
  const known = ownersOf(before);
  return [...ownersOf(now)].some((owner) => !known.has(owner));
}

function ownersOf({ requests }: NodeImage): Set<string> {
  return new Set(
    requests.map(({ owner, where }) =>
      owner === undefined ? where : `${owner.kind} ${owner.namespace}/${owner.name}`,
    ),
  );
}
