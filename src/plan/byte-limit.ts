import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";

/** A bound on bytes: as they are, or as a part of the filesystem that they are on. */
export type ByteLimit = { readonly percent: number } | { readonly bytes: number };

const pattern = /^(\d{1,15}(?:\.\d{1,9})?)(%|[kMGTP]|[KMGTP]i|)$/;
const decimalSuffixes = ["", "k", "M", "G", "T", "P"];
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];

/**
 * A bound from text: `20%`, `5Gi`, `500M`, a number of bytes, or `0`. Throws a `ConfigError` that names the flag
 * (`--max-pinned`).
 */
export function parseByteLimit(flag: string, text: string): ByteLimit {
  const [, digits, suffix = ""] = pattern.exec(text) ?? [];
  const value = Number(digits);
  if (digits === undefined) {
    throw invalid(flag, text, "is no size; write a part of the disk like 20%, or bytes like 5Gi");
  }
  if (suffix !== "%") return { bytes: Math.floor(value * factorOf(suffix)) };
  if (value > 100) throw invalid(flag, text, "is more than the disk has; give at most 100%");
  return { percent: value };
}

/** The bound in bytes; undefined where it is a part of a disk whose size is not known. */
export function limitBytes(limit: ByteLimit, totalBytes: number | undefined): number | undefined {
  if ("bytes" in limit) return limit.bytes;
  if (limit.percent === 0) return 0;
  return totalBytes === undefined ? undefined : Math.floor((totalBytes * limit.percent) / 100);
}

function factorOf(suffix: string): number {
  const power = binarySuffixes.indexOf(suffix);
  return power > 0 ? 1024 ** power : 1000 ** decimalSuffixes.indexOf(suffix);
}

function invalid(flag: string, text: string, reason: string): ConfigError {
  return new ConfigError(`${flag}: "${printable(text, 80)}" ${reason}`);
}
