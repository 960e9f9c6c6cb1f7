import type { StatusName } from "./status-error.ts";

export type CriMethod =
  | "ListImages"
  | "ImageStatus"
  | "PullImage"
  | "RemoveImage"
  | "ImageFsInfo"
  | "Version";

/** One way in which a call does not go as usual. */
export type Behaviour =
  /** Answers as usual, but later. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "error"; readonly code: StatusName; readonly message: string }
  /** Destroys every connection, as a runtime does that dies. */
  | { readonly kind: "drop" };

export interface BehaviourScope {
  readonly on: CriMethod | "any";
  /** Only calls that name exactly this image. */
  readonly image?: string;
  /** The first so many of these calls; all of them where it is absent. */
  readonly times?: number;
}

export type BehaviourRule = Behaviour & BehaviourScope;

/** The behaviours that wait for calls; later rules wait until earlier ones are used up. */
export interface BehaviourScript {
  /** Returns what takes the rule away again. */
  add(rule: BehaviourRule): () => void;
  /** The behaviour that this call meets, counted as met. */
  take(method: CriMethod, image: string | undefined): Behaviour | undefined;
}

export function createBehaviourScript(): BehaviourScript {
  const waiting = new Set<{ rule: BehaviourRule; left: number }>();
  return {
    add(rule) {
      const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    take(method, image) {
      for (const entry of waiting) {
        const { on, image: wanted } = entry.rule;
        if (entry.left <= 0 || (on !== "any" && on !== method)) continue;
        if (wanted !== undefined && wanted !== image) continue;
        entry.left -= 1;
        return entry.rule;
      }
      return undefined;
    },
  };
}
