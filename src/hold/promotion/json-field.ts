import { printable } from "../../lib/printable.ts";
import { isRecord, type JsonRecord } from "../../lib/record.ts";

const maxLength = 1000;

/** The value where it is an object, else an empty one. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The objects of a list; none where it is no list. */
export function recordsOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A text that is not empty, safe to print. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? printable(value, maxLength) : undefined;
}
