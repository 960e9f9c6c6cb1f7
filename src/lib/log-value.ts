import { printable } from "./printable.ts";

/** What a log line holds: JSON without anything that a terminal obeys. */
export type LogValue =
  | string
  | number
  | boolean
  | null
  | readonly LogValue[]
  | { readonly [key: string]: LogValue };

const maxDepth = 4;
const maxItems = 100;

/**
 * Fields as they go into a log line: errors become their message (and `<name>Kind` where they have a kind),
 * text passes `printable`, depth and length are bounded, undefined is left out. Never throws.
 */
export function toLogFields(fields: Readonly<Record<string, unknown>>): Record<string, LogValue> {
  const entries: [string, LogValue][] = [];
  for (const [key, read] of readers(fields)) {
    const name = printable(key, 100);
    const value = attempt(read);
    if (value === undefined) continue;
    const shown = attempt(() => toLogValue(value, 0));
    entries.push([name, shown === undefined ? "[unreadable]" : shown]);
    const kind = value instanceof Error ? attempt(() => Reflect.get(value, "kind")) : undefined;
    if (typeof kind === "string") entries.push([`${name}Kind`, printable(kind, 100)]);
  }
  return Object.fromEntries(entries);
}

// Each property by its own function: one getter that throws costs its own field only.
function readers(fields: Readonly<Record<string, unknown>>): [string, () => unknown][] {
  const keys = attempt(() => Object.keys(fields)) ?? [];
  return keys.slice(0, maxItems).map((key) => [key, () => fields[key]]);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function toLogValue(value: unknown, depth: number): LogValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object") return printable(String(value));
  if (value instanceof Error) return printable(value.message);
  if (value instanceof Date) return attempt(() => value.toISOString()) ?? "invalid date";
  if (depth >= maxDepth) return "…";
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => toLogValue(item, depth + 1));
  const entries = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(entries.map(([key, item]) => [printable(key, 100), toLogValue(item, depth + 1)]));
}
