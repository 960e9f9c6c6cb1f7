import { RuntimeError } from "../../src/runtime/errors.ts";
import type { ImagePins } from "../../src/runtime/image-pins.ts";

/** Pins in memory, with a note of each call. */
export interface FakePins extends ImagePins {
  readonly own: Set<string>;
  /** `pin ID`, `unpin ID`, `list`, since the last time they were taken. */
  takeCalls(): string[];
  /** What each call throws from now on. */
  fail(error: RuntimeError | undefined): void;
  /** Images that it does not pin or unpin, and why. */
  readonly refusals: Map<string, "throws" | "answers false">;
}

export function createFakePins(own: readonly string[] = []): FakePins {
  const ids = new Set(own);
  const refusals: FakePins["refusals"] = new Map();
  let calls: string[] = [];
  let fault: RuntimeError | undefined;
  const begin = (call: string) => {
    calls.push(call);
    if (fault !== undefined) throw fault;
  };
  const change = (imageId: string, apply: () => void): boolean => {
    const refusal = refusals.get(imageId);
    if (refusal === "throws") throw new RuntimeError("strange record", { kind: "unknown" });
    if (refusal === undefined) apply();
    return refusal === undefined;
  };
  return {
    own: ids,
    refusals,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    fail(error) {
      fault = error;
    },
    async pin(imageId) {
      begin(`pin ${imageId}`);
      return change(imageId, () => ids.add(imageId));
    },
    async unpin(imageId) {
      begin(`unpin ${imageId}`);
      return change(imageId, () => ids.delete(imageId));
    },
    async listOwn() {
      begin("list");
      return [...ids].map((imageId) => ({ imageId }));
    },
  };
}
