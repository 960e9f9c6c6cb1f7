import { ConfigError } from "../lib/config-error.ts";
import { formatDuration, parseDuration } from "../lib/duration.ts";
import { printable } from "../lib/printable.ts";
import type { DurationOption, EnumOption, IntegerOption, Option } from "./options.ts";

/** What one flag came to; undefined where nothing is given and there is no default. */
export type OptionValue = string | number | boolean | readonly string[] | undefined;

// What Go's strconv.ParseBool takes.
const booleans = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

/** The value of a flag that is not given. */
export function defaultValue(option: Option): OptionValue {
  if (option.type === "list") return [];
  if (option.type === "boolean") return option.default ?? false;
  return option.type === "duration" ? option.defaultMs : option.default;
}

/**
 * The value that `text` gives a flag whose value was `before`; throws a `ConfigError` that names the flag,
 * what was given and what is accepted.
 */
export function parseValue(name: string, option: Option, text: string, before: OptionValue): OptionValue {
  switch (option.type) {
    case "string":
      return text === "" && option.default === undefined ? undefined : text;
    case "list":
      return [...(Array.isArray(before) ? before : []), text];
    case "boolean":
      return parseBoolean(name, text);
    case "integer":
      return parseInteger(name, option, text);
    case "enum":
      return parseChoice(name, option, text);
    case "duration":
      return parseDurationValue(name, option, text);
  }
}

function parseBoolean(name: string, text: string): boolean {
  const value = booleans.get(text);
  if (value === undefined) throw invalid(name, `${quote(text)} is neither true nor false`);
  return value;
}

function parseInteger(name: string, option: IntegerOption, text: string): number {
  const value = Number(text);
  const min = option.min ?? Number.MIN_SAFE_INTEGER;
  const max = option.max ?? Number.MAX_SAFE_INTEGER;
  const accepted = describeRange(option);
  if (!/^[-+]?\d+$/.test(text)) throw invalid(name, `${quote(text)} is no whole number; ${accepted}`);
  if (value < min || value > max) throw invalid(name, `${quote(text)} is out of range; ${accepted}`);
  return value === 0 ? 0 : value;
}

function describeRange({ min, max }: IntegerOption): string {
  if (min !== undefined && max !== undefined) return `give one from ${min} to ${max}`;
  if (min !== undefined) return `give one of at least ${min}`;
  return max === undefined ? "give one such as 4" : `give one of at most ${max}`;
}

function parseChoice(name: string, option: EnumOption, text: string): string {
  if (option.choices.includes(text)) return text;
  throw invalid(name, `${quote(text)} is not accepted; give one of ${option.choices.join(", ")}`);
}

function parseDurationValue(name: string, option: DurationOption, text: string): number {
  const minMs = option.minMs ?? 0;
  const ms = readDuration(name, text);
  if (ms < minMs) throw invalid(name, `${quote(text)} is too short; give at least ${formatDuration(minMs)}`);
  return ms;
}

function readDuration(name: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw error instanceof ConfigError ? invalid(name, error.message) : error;
  }
}

function quote(text: string): string {
  return `"${printable(text, 80)}"`;
}

function invalid(name: string, reason: string): ConfigError {
  return new ConfigError(`--${name}: ${reason}`);
}
