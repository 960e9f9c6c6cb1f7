import { formatBytes, formatRate } from "../../lib/bytes.ts";
import { cutMiddle } from "../table.ts";
import type { ImagePhase, ImageProgress } from "./state.ts";
import { formatElapsed, toCells } from "./text.ts";

const leastBar = 8;
const greatestBar = 24;

/** The line of one image in `columns` cells at most: name, what it does, and a bar where there is room. */
export function renderImageLine(
  image: ImageProgress,
  nameWidth: number,
  columns: number,
  nowMs: number,
): string {
  const name = cutMiddle(toCells(image.ref), nameWidth).padEnd(nameWidth);
  const line = `${name}  ${describePhase(image.phase, nowMs)}`;
  const bar = renderBar(image.phase, columns - line.length - 2);
  return (bar === "" ? line : `${line}  ${bar}`).slice(0, columns).trimEnd();
}

function describePhase(phase: ImagePhase, nowMs: number): string {
  switch (phase.kind) {
    case "queued":
      return "queued";
    case "pulling":
      return describePull(phase, nowMs);
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((phase.untilMs - nowMs) / 1000));
      return `waiting for retry in ${seconds}s (${toCells(phase.reason)})`;
    }
    case "present":
      return "present";
    case "failed":
      return `failed (${toCells(phase.reason)})`;
  }
}

type Pulling = Extract<ImagePhase, { kind: "pulling" }>;

function describePull(phase: Pulling, nowMs: number): string {
  const attempt = phase.attempt > 1 ? `  attempt ${phase.attempt}` : "";
  const done = fraction(phase);
  if (done === 1) return `${formatBytes(phase.totalBytes ?? 0).padStart(8)}  unpacking${attempt}`;
  // Without bytes there is nothing to tell but that it lasts.
  if (phase.downloadedBytes === undefined)
    return `${formatElapsed(nowMs - phase.startedMs).padStart(8)}${attempt}`;
  const bytes = formatBytes(phase.downloadedBytes).padStart(8);
  const total =
    done === undefined ? "" : ` of ${formatBytes(phase.totalBytes ?? 0).padStart(8)}${percent(done)}`;
  // Its place is kept while it is not known, lest what follows jumps.
  const known = phase.bytesPerSecond !== undefined && phase.downloadedBytes > 0;
  const speed = `  ${(known ? formatRate(phase.bytesPerSecond) : "").padStart(10)}`;
  return `${bytes}${total}${speed}${attempt}`;
}

// Rounded down: 100 % means that nothing is left to come.
function percent(done: number): string {
  return `  ${Math.floor(done * 100)}%`.padStart(6);
}

/** From 0 to 1; undefined where the bytes or their total are not known. */
function fraction(phase: Pulling): number | undefined {
  const { downloadedBytes, totalBytes } = phase;
  if (downloadedBytes === undefined || totalBytes === undefined || totalBytes <= 0) return undefined;
  return Math.min(1, Math.max(0, downloadedBytes / totalBytes));
}

function renderBar(phase: ImagePhase, room: number): string {
  const done = phase.kind === "pulling" ? fraction(phase) : undefined;
  const width = Math.min(greatestBar, room) - 2;
  if (done === undefined || done === 1 || width < leastBar) return "";
  return `[${"=".repeat(Math.floor(done * width)).padEnd(width)}]`;
}
