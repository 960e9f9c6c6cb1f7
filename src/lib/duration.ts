import { ConfigError } from "./config-error.ts";
import { printable } from "./printable.ts";

const unitMs = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3], // U+00B5, the micro sign
  ["μs", 1e-3], // U+03BC, the Greek letter
  ["ms", 1],
  ["s", 1e3],
  ["m", 60e3],
  ["h", 3600e3],
]);
// Go counts in 64 bits of nanoseconds, about 292 years.
const maxMs = 2 ** 63 / 1e6;
const part = /(\d+\.?\d*|\.\d+)([^\d.]*)/y;

/**
 * Milliseconds from the syntax of Go's time.ParseDuration: `1m30s`, `500ms`, `1.5h`, `0`, with an optional
 * sign; units ns, us, µs, ms, s, m, h. Throws a `ConfigError` that says why, but not where it was written.
 */
export function parseDuration(text: string): number {
  const unsigned = text.replace(/^[-+]/, "");
  if (unsigned === "0") return 0;
  if (unsigned === "") throw invalid(text, "it is empty");
  const ms = sumParts(text, unsigned);
  if (ms >= maxMs) throw invalid(text, "it is too long");
  return text.startsWith("-") && ms !== 0 ? -ms : ms;
}

/** Milliseconds in Go's syntax without parts that are zero: `1m30s`, `500ms`, `1.5s`, `20m`, `0s`. */
export function formatDuration(ms: number): string {
  const rounded = roundToNs(Math.abs(ms));
  if (rounded === 0) return "0s";
  const sign = ms < 0 ? "-" : "";
  if (rounded < 1e-3) return `${sign}${Math.round(rounded * 1e6)}ns`;
  if (rounded < 1) return `${sign}${Math.round(rounded * 1e6) / 1e3}µs`;
  if (rounded < 1e3) return `${sign}${rounded}ms`;
  const hours = Math.floor(rounded / 3600e3);
  const minutes = Math.floor((rounded % 3600e3) / 60e3);
  const seconds = Math.round((rounded % 60e3) * 1e6) / 1e9;
  return sign + (hours ? `${hours}h` : "") + (minutes ? `${minutes}m` : "") + (seconds ? `${seconds}s` : "");
}

// Beyond 11 days a double no longer tells nanoseconds apart from its own rounding.
function roundToNs(ms: number): number {
  return ms < 1e9 ? Math.round(ms * 1e6) / 1e6 : Math.round(ms);
}

function sumParts(text: string, unsigned: string): number {
  let ms = 0;
  part.lastIndex = 0;
  while (part.lastIndex < unsigned.length) {
    const match = part.exec(unsigned);
    if (match === null) throw invalid(text, "a number is missing");
    const [, value = "", unit = ""] = match;
    if (unit === "") throw invalid(text, `"${value}" has no unit`);
    const factor = unitMs.get(unit);
    if (factor === undefined) throw invalid(text, `"${unit}" is no unit`);
    ms += roundToNs(Number(value) * factor);
  }
  return ms;
}

function invalid(text: string, reason: string): ConfigError {
  const shown = printable(text, 60);
  return new ConfigError(
    `"${shown}" is no duration: ${printable(reason, 80)}; write it like 1m30s or 500ms (units ns, us, ms, s, m, h)`,
  );
}
