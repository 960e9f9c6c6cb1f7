import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { isRecord, type JsonRecord } from "../lib/record.ts";
import { suggest } from "../lib/suggest.ts";

/** A value in a configuration and where it stands: `credential provider config /x: providers[0].args`. */
export interface Field {
  readonly place: string;
  readonly value: unknown;
}

/** The place of the top has no dot after its colon. */
export function childField(parent: Field, record: JsonRecord, name: string): Field {
  const separator = parent.place.endsWith(":") ? " " : ".";
  return { place: `${parent.place}${separator}${name}`, value: record[name] ?? undefined };
}

/** An object that has no other fields than `names`; null and nothing are refused. */
export function parseObject(field: Field, names: readonly string[]): JsonRecord {
  if (!isRecord(field.value)) throw fault(field, "must be an object");
  const unknown = Object.keys(field.value).find((name) => !names.includes(name));
  if (unknown === undefined) return field.value;
  const near = suggest(unknown, names);
  const hint = near === undefined ? `known are ${names.join(", ")}` : `is ${near} meant?`;
  throw fault(childField(field, {}, printable(unknown, 100)), `is an unknown field; ${hint}`);
}

/** The items of a list with their places; nothing is an empty list. */
export function parseList(field: Field): Field[] {
  if (field.value === undefined) return [];
  if (!Array.isArray(field.value)) throw fault(field, "must be a list");
  return field.value.map((value: unknown, index) => ({ place: `${field.place}[${index}]`, value }));
}

/** A text without NUL, which no program could be given. */
export function parseText(field: Field): string {
  if (field.value === undefined) throw fault(field, "is required");
  if (typeof field.value !== "string") throw fault(field, "must be a text; put it in quotes");
  if (field.value.includes("\0")) throw fault(field, "must not hold a NUL character");
  return field.value;
}

/** A `ConfigError` for a field; values are not quoted, as the environment of a plugin may hold secrets. */
export function fault(field: Field, reason: string): ConfigError {
  return new ConfigError(`${field.place} ${reason}`);
}
