/** A JSON object as it comes from outside: any value under any name. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value out of JSON or YAML is an object, not null and not an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
