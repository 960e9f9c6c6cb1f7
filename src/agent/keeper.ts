import type { DesiredImages } from "../plan/node-image.ts";
import type { RuntimeImage } from "../runtime/runtime.ts";
import type { DesiredSet } from "../sources/source.ts";

/** What the keeper decides from: one turn of the agent's loop. */
export interface KeepTurn {
  readonly desired: DesiredImages;
  readonly present: readonly RuntimeImage[];
  /** Undefined where the node is not known to us (no permission): then it is taken for absent. */
  readonly diskPressure: boolean | undefined;
  /** What each source desires: one that desires nothing stops removals. Undefined: only nothing desired at all does. */
  readonly sets?: readonly DesiredSet[];
}

/** Pins what is desired, unpins and prunes what is not. No method throws. */
export interface Keeper {
  /** Notes in the record that this agent pulled the image: only what is noted may be removed one day. */
  notePulled(name: string, imageId: string): void;
  /** Applies the rules to this turn; a call while one runs is taken after it, and of several the last. */
  keep(turn: KeepTurn): void;
  /** Pins of ours as of the last turn. */
  readonly pinned: { readonly images: number; readonly bytes: number };
  /** Waits until the work under way is over and the record is written. */
  close(): Promise<void>;
}
