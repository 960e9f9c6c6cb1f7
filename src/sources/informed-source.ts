import type { Informer } from "../kube/informed.ts";
import { printable } from "../lib/printable.ts";
import type { ObjectRequests } from "./object-requests.ts";
import type { DesiredSet, RequestedImage, Source, SourceName, SourceState } from "./source.ts";

/** Informers by the name of what they know, `Deployment`. */
type Informers = ReadonlyMap<string, Informer<ObjectRequests>>;

export interface InformedSourceOptions {
  readonly name: SourceName;
  readonly informers: Informers;
  /** What to say of a resource that the server does not know. */
  readonly describeAbsent: (label: string) => string;
}

/**
 * A source out of informers: all that they know together. It waits until each has been heard once; one that fails
 * later keeps its last images and takes none from the others.
 */
export function createInformedSource(options: InformedSourceOptions): Source {
  const { name, informers } = options;
  const heard = new Set<string>();
  let set: DesiredSet | undefined;
  return {
    name,
    current() {
      noteHeard(informers, heard);
      set ??= gather(options, heard);
      return set;
    },
    async run(onChange, signal) {
      const changed = () => {
        noteHeard(informers, heard);
        set = undefined;
        onChange();
      };
      await Promise.allSettled([...informers.values()].map((informer) => informer.run(changed, signal)));
    },
  };
}

/** What was heard once is known from then on, also where it came to nothing and the server is away since. */
function noteHeard(informers: Informers, heard: Set<string>): void {
  for (const [label, { state, objects }] of informers) {
    if (state === "synced" || state === "absent" || objects.size > 0) heard.add(label);
  }
}

function gather(
  { name, informers, describeAbsent }: InformedSourceOptions,
  heard: ReadonlySet<string>,
): DesiredSet {
  const details: string[] = [];
  const states: SourceState[] = [];
  const images: RequestedImage[] = [];
  for (const [label, informer] of informers) {
    states.push(readState(informer, heard.has(label)));
    const detail = informer.state === "absent" ? describeAbsent(label) : describeFault(label, informer);
    if (detail !== undefined) details.push(detail);
    for (const requests of informer.objects.values()) images.push(...requests);
  }
  const detail = details.length === 0 ? undefined : printable(details.join("; "), 1000);
  return { source: name, state: worstState(states), detail, images };
}

// "Failing" promises that the last images are known, which those of an informer that never listed are not.
function readState({ state }: Informer<unknown>, wasHeard: boolean): SourceState {
  if (state === "synced" || state === "absent") return "synced";
  return wasHeard ? "failing" : "waiting";
}

function worstState(states: readonly SourceState[]): SourceState {
  if (states.includes("waiting")) return "waiting";
  return states.includes("failing") ? "failing" : "synced";
}

function describeFault(label: string, { state, lastError }: Informer<unknown>): string | undefined {
  if (state === "synced") return undefined;
  if (lastError !== undefined) return `${label}: ${lastError.message}`;
  return state === "starting" ? `${label}: not listed yet` : `${label}: changes are not heard`;
}
