import { printable } from "../../lib/printable.ts";
import type { Result } from "../gen/metrics.ts";

// A result of an honest node is a few hundred bytes; nobody else may fill the memory.
const maxLengths = { attemptId: 200, image: 1000, error: 2000, node: 253 } as const;

/**
 * The result with its texts cut to what is kept of them, and safe for the terminal of whoever reads the page:
 * anyone who reaches the aggregator may submit.
 */
export function boundResult(result: Result): Result {
  return {
    ...result,
    attemptId: printable(result.attemptId, maxLengths.attemptId),
    image: printable(result.image, maxLengths.image),
    error: printable(result.error, maxLengths.error),
    node: printable(result.node, maxLengths.node),
  };
}

/** A result as `/metrics` and the state file show it: names of the wire, values that say nothing left out. */
export function resultJson(result: Result): string {
  // The order is the original's, for those who compare texts.
  const fields = {
    attempt_id: result.attemptId,
    started_at: result.startedAt,
    image: result.image,
    error: result.error,
    duration_ms: result.durationMs,
    node: result.node,
    size_bytes: result.sizeBytes,
  };
  return JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, value]) => Boolean(value))));
}

/** The result that such a text stands for. Throws where it is none. */
export function parseResultJson(text: string): Result {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("no object");
  const fields = new Map<string, unknown>(Object.entries(value));
  return {
    attemptId: readText(fields, "attempt_id"),
    startedAt: readNumber(fields, "started_at"),
    image: readText(fields, "image"),
    error: readText(fields, "error"),
    durationMs: readNumber(fields, "duration_ms"),
    node: readText(fields, "node"),
    sizeBytes: readNumber(fields, "size_bytes"),
  };
}

function readText(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name) ?? "";
  if (typeof value !== "string") throw new Error(`${name} is no text`);
  return value;
}

function readNumber(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name) ?? 0;
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new Error(`${name} is no whole number`);
  return value;
}
