import { matchesImage } from "../image/match.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { DesiredImages } from "./node-image.ts";
import { digestOf, normalizeName, repositoryOf } from "./prune-names.ts";

/** What the record knows of one name that this agent pulled. */
export interface RecordedPull {
  readonly imageId: string;
  /** RFC 3339. */
  readonly pulledAt: string;
}

/** An image that may have to go. */
export interface PruneCandidate {
  readonly image: RuntimeImage;
  /** For how long nobody has desired it, as far as this process has seen without a gap. */
  readonly undesiredForMs: number;
}

/** Everything that a candidate is judged by. */
export interface PruneWorld {
  readonly desired: DesiredImages;
  /** One of the sources that are asked for desires nothing at all. */
  readonly hasEmptySource: boolean;
  /** By normalized name. */
  readonly recorded: ReadonlyMap<string, RecordedPull>;
  /** The record can be written. */
  readonly recordKept: boolean;
  /** Image ids with a pin of ours; undefined: they are not known. */
  readonly ownPins: ReadonlySet<string> | undefined;
  /** Image ids and references in use; undefined: the runtime cannot tell all of it. */
  readonly used: ReadonlySet<string> | undefined;
  readonly graceMs: number;
}

/** One thing that must hold before an image is removed. */
export interface PruneCheck {
  readonly name: string;
  readonly why: string;
  holds(candidate: PruneCandidate, world: PruneWorld): boolean;
}

/** The checks in their order: all must hold, and the first that does not is the reason that is told. */
export const pruneChecks: readonly PruneCheck[] = [
  {
    name: "sources-synced",
    why: "a source that has not spoken, or cannot be heard now, may desire the image",
    holds: (_, { desired }) => desired.complete,
  },
  {
    name: "no-empty-source",
    why: "a source that desires nothing is more likely broken (a deleted definition, an empty mount) than done",
    holds: (_, { desired, hasEmptySource }) => desired.images.length > 0 && !hasEmptySource,
  },
  {
    name: "record-kept",
    why: "a record that cannot be written is wrong sooner or later",
    holds: (_, { recordKept }) => recordKept,
  },
  {
    name: "pulled-here",
    why: "what this agent did not pull is not its own to remove; a tag that was moved since is another image",
    holds: ({ image }, { recorded }) => [...recorded.values()].some(({ imageId }) => imageId === image.id),
  },
  {
    name: "undesired",
    why: "somebody desires one of its names",
    holds: ({ image }, { desired }) => !desired.images.some((wanted) => matchesImage(wanted.image, image)),
  },
  {
    name: "all-names-ours",
    why: "the runtime removes all names of an image together, and somebody else gave it one of them",
    holds: ({ image }, { recorded }) => areAllRecorded(image, recorded),
  },
  {
    name: "not-pinned",
    why: "somebody else wants to keep it, or our own pin is not taken away yet",
    holds: ({ image }, { ownPins }) => !image.pinned && ownPins !== undefined && !ownPins.has(image.id),
  },
  {
    name: "grace",
    why: "an object that is replaced is gone for a moment: the image must be undesired in two turns, a full sync apart",
    holds: ({ undesiredForMs }, { graceMs }) => undesiredForMs > 0 && undesiredForMs >= graceMs,
  },
  {
    name: "use-known",
    why: "where the runtime cannot tell what is in use, everything may be",
    holds: (_, { used }) => used !== undefined,
  },
  {
    name: "not-in-use",
    why: "a container, running or exited, or an image volume uses it",
    holds: ({ image }, { used }) => used !== undefined && !isUsed(image, used),
  },
];

/** The first check that does not hold; undefined: the image may be removed. */
export function decidePrune(candidate: PruneCandidate, world: PruneWorld): PruneCheck | undefined {
  return pruneChecks.find((check) => !check.holds(candidate, world));
}

/** A digest comes with each pull of a tag: it is ours where a tag or digest of its repository is. */
function areAllRecorded(image: RuntimeImage, recorded: ReadonlyMap<string, RecordedPull>): boolean {
  const ours = [...recorded].filter(([, { imageId }]) => imageId === image.id).map(([name]) => name);
  const repositories = new Set(ours.map(repositoryOf));
  const isTagOurs = (name: string | undefined) => name !== undefined && ours.includes(name);
  const isDigestOurs = (name: string | undefined) =>
    name !== undefined && repositories.has(repositoryOf(name));
  if (image.repoTags.length + image.repoDigests.length === 0) return false;
  return (
    image.repoTags.every((tag) => isTagOurs(normalizeName(tag))) &&
    image.repoDigests.every((digest) => isDigestOurs(normalizeName(digest)))
  );
}

/** By id, with or without its algorithm, by any of its names, or by its digest under whatever name. */
function isUsed(image: RuntimeImage, used: ReadonlySet<string>): boolean {
  const names = [...image.repoTags, ...image.repoDigests];
  const known = new Set([
    image.id,
    ...names,
    ...names.map(normalizeName),
    ...image.repoDigests.map(digestOf),
  ]);
  known.add(withoutAlgorithm(image.id));
  const forms = (use: string) => [use, withoutAlgorithm(use), normalizeName(use), digestOf(use)];
  return [...used].some((use) => forms(use).some((form) => form !== undefined && known.has(form)));
}

function withoutAlgorithm(imageId: string): string {
  return imageId.replace(/^sha256:/, "");
}
