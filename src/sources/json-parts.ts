import { isRecord, type JsonRecord } from "../lib/record.ts";

// Readers of what comes from an API server that may serve any shape (a CRD that keeps unknown fields): what is not as
// expected is not there, so that one odd object costs its own images only.

const nothing: JsonRecord = {};

/** The object under a key, or an empty one. */
export function recordAt(value: unknown, key: string): JsonRecord {
  const found = valueAt(value, key);
  return isRecord(found) ? found : nothing;
}

/** The objects in the list under a key. */
export function recordsAt(value: unknown, key: string): JsonRecord[] {
  return itemsAt(value, key).filter(isRecord);
}

/** The texts in the list under a key. */
export function textsAt(value: unknown, key: string): string[] {
  return itemsAt(value, key).filter((item) => typeof item === "string");
}

/** The text under a key, unless it is empty or something else. */
export function textAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, key);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The object under a key as names and texts, such as labels. */
export function textMapAt(value: unknown, key: string): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, item] of Object.entries(recordAt(value, key))) {
    if (typeof item === "string") entries.push([name, item]);
  }
  return Object.fromEntries(entries);
}

function itemsAt(value: unknown, key: string): readonly unknown[] {
  const found = valueAt(value, key);
  return Array.isArray(found) ? found : [];
}

function valueAt(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
