import { printable } from "../../lib/printable.ts";

/**
 * Text whose length is the number of cells it takes on a terminal: printable, and what is not ASCII (it may be
 * two cells wide, or none) becomes `?`. A repaint that miscounts its lines would eat what stands above it.
 */
export function toCells(text: string): string {
  return printable(text).replace(/[^ -~…]/gu, "?");
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatElapsed(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`;
}
