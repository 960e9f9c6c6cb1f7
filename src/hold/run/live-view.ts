import type { JsonRecord } from "../../lib/record.ts";
import { recordAt, recordsAt, textAt } from "../../sources/json-parts.ts";
import type { LiveImage } from "../promotion/state.ts";

/** What a live DaemonSet holds, and how. */
export interface LiveView {
  readonly mode: "containers" | "volumes";
  readonly images: readonly LiveImage[];
  /** Nodes that it wants pods on. */
  readonly desired: number;
  /** Those whose pod is ready, and of the newest template. */
  readonly ready: number;
}

/** Reads the DaemonSet as the API server tells of it; undefined where there is none. */
export function parseLiveView(object: unknown): LiveView | undefined {
  if (object === undefined) return undefined;
  const podSpec = recordAt(recordAt(recordAt(object, "spec"), "template"), "spec");
  const status = recordAt(object, "status");
  const volumes = recordsAt(podSpec, "volumes").flatMap((volume) =>
    toImage(volume["name"], textAt(recordAt(volume, "image"), "reference")),
  );
  const containers = recordsAt(podSpec, "containers").flatMap((each) =>
    toImage(each["name"], textAt(each, "image")),
  );
  return {
    mode: volumes.length > 0 ? "volumes" : "containers",
    images: volumes.length > 0 ? volumes : containers,
    desired: numberOf(status["desiredNumberScheduled"]),
    ready: countReady(object, status),
  };
}

function countReady(object: unknown, status: JsonRecord): number {
  const { observedGeneration, numberReady, updatedNumberScheduled } = status;
  // Until the DaemonSet controller has seen the last change its numbers are those of before it.
  if (numberOf(observedGeneration) < numberOf(recordAt(object, "metadata")["generation"])) return 0;
  return Math.min(numberOf(numberReady), numberOf(updatedNumberScheduled));
}

function toImage(name: unknown, pinnedRef: string | undefined): LiveImage[] {
  return typeof name === "string" && pinnedRef !== undefined ? [{ name, pinnedRef }] : [];
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
