import { ConfigError } from "../../src/lib/config-error.ts";
import { isRunning, stopProcess } from "../process.ts";
import { type LabProcess, recordProcess } from "../state.ts";
import { startPart } from "./part.ts";

type Restartable = LabProcess & { readonly daemon: NonNullable<LabProcess["daemon"]> };

const graceMs = 2_000;

// What only holds namespaces cannot be had again: others are in them.
function requireRestartable(part: LabProcess): Restartable {
  const { daemon } = part;
  if (daemon?.enter !== undefined) return { ...part, daemon };
  throw new ConfigError(`${part.name}: this part of the lab cannot be ended alone`);
}

/** A line for each part: its name, its process and whether it runs. */
export function listParts(
  parts: readonly LabProcess[],
  runs: (part: LabProcess) => boolean = isRunning,
): string {
  return parts
    .map((part) => {
      const state = runs(part) ? "runs" : part.ended ? "ended on purpose" : "ended by itself";
      return `${part.name.padEnd(26)} ${String(part.pid).padStart(7)} ${state}\n`;
    })
    .join("");
}

/** Ends a part of the lab on purpose: the lab counts as whole without it. Does nothing where it is ended. */
export async function stopPart(folder: string, part: LabProcess): Promise<void> {
  const restartable = requireRestartable(part);
  recordProcess(folder, { ...restartable, ended: true });
  await stopProcess(part, graceMs);
}

/** Starts a part of the lab as it was started before. Does nothing where it runs. */
export async function startEndedPart(folder: string, part: LabProcess): Promise<void> {
  const { name, daemon } = requireRestartable(part);
  if (!isRunning(part)) await startPart(folder, name, daemon);
}

/** Ends a part of the lab where it runs, and starts it again. */
export async function restartPart(folder: string, part: LabProcess): Promise<void> {
  const { name, daemon } = requireRestartable(part);
  await stopProcess(part, graceMs);
  await startPart(folder, name, daemon);
}
