import { KubeError } from "../../kube/errors.ts";
import { isRecord } from "../../lib/record.ts";
import type { NodeTaint } from "../../plan/pod-placement.ts";
import { type NodeTools, nodeCallMs } from "./node-tools.ts";

/** One step of a JSON patch. */
export type PatchStep =
  | { readonly op: "test"; readonly path: string; readonly value: string }
  | { readonly op: "remove"; readonly path: string };

const maxAttempts = 4;

/**
 * Takes every taint with this key off the node. `known` is what the taints are believed to be; where that is wrong they
 * are read. Resolves to whether there was one; throws what the API server refuses.
 */
export async function removeTaint(
  tools: NodeTools,
  key: string,
  known: readonly NodeTaint[] | undefined,
): Promise<boolean> {
  const path = `/api/v1/nodes/${tools.nodeName}`;
  const bounds = { timeoutMs: nodeCallMs, signal: tools.signal };
  for (let attempt = 1; ; attempt += 1) {
    const believed = attempt === 1 ? known : undefined;
    const steps = decideTaintPatch(key, believed ?? parseTaints(await tools.client.get(path, bounds)));
    if (steps.length === 0) return false;
    try {
      await tools.client.patch(path, steps, { type: "json" }, bounds);
      return true;
    } catch (error) {
      if (attempt >= maxAttempts || !isStale(error)) throw error;
    }
  }
}

/** Decides a patch that fails, and changes nothing, where somebody changed the taints meanwhile. */
export function decideTaintPatch(
  key: string,
  taints: readonly Pick<NodeTaint, "key" | "effect">[],
): PatchStep[] {
  const steps = taints.map((taint, index): PatchStep[] => {
    if (taint.key !== key) return [];
    const path = `/spec/taints/${index}`;
    return [
      { op: "test", path: `${path}/key`, value: key },
      { op: "test", path: `${path}/effect`, value: taint.effect },
      { op: "remove", path },
    ];
  });
  // From the end: each removal moves those behind it.
  return steps.reverse().flat();
}

/** The taints of a Node object, each at its own place; what is no taint has an empty key. */
export function parseTaints(node: unknown): Pick<NodeTaint, "key" | "effect">[] {
  const spec = isRecord(node) ? node["spec"] : undefined;
  const taints = isRecord(spec) ? spec["taints"] : undefined;
  if (!Array.isArray(taints)) return [];
  return taints.map((taint: unknown) => ({ key: textOf(taint, "key"), effect: textOf(taint, "effect") }));
}

function textOf(taint: unknown, name: string): string {
  const value = isRecord(taint) ? taint[name] : undefined;
  return typeof value === "string" ? value : "";
}

/** A test that fails is a 422 from the API server. */
function isStale(error: unknown): boolean {
  return error instanceof KubeError && (error.kind === "invalid" || error.kind === "conflict");
}
