import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Measurement } from "../measurement.ts";

const script = join(import.meta.dirname, "../../test/agent/simulate-syncs.ts");

/** What 10,000 syncs leave in the heap, with images that come, fail, are deleted and go; of ours, on a simulated clock. */
export async function measureGrowth(): Promise<Measurement[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script]);
  const { grownBytes }: { readonly grownBytes: number } = JSON.parse(stdout);
  const values = new Map([["prestow", [grownBytes]]] as const);
  return [{ scenario: "growth", what: "heap, 10,000 syncs", unit: "bytes", values, goals: [] }];
}
