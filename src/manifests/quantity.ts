import { flagError, quote } from "./flag-error.ts";

const decimalExponents = new Map(
  Object.entries({ n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }),
);
const binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const pattern = /^(\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})([eE][-+]?\d{1,2}|[a-zA-Z]{0,2})$/;

/**
 * The number that a quantity of Kubernetes stands for: `20m` is 0.02, `16Mi` 16777216. Throws a
 * `ConfigError` that names the flag. Only positive ones; zero would mean "no limit" for some runtimes.
 */
export function parseQuantity(flag: string, text: string): number {
  const [, digits = "", suffix = ""] = pattern.exec(text) ?? [];
  const factor = digits === "" ? undefined : factorOf(suffix);
  if (factor === undefined)
    throw flagError(flag, `${quote(text)} is no quantity; write it like 100m, 1 or 64Mi`);
  const value = Number(digits) * factor;
  if (value > 0) return value;
  throw flagError(flag, `${quote(text)} is nothing; give a positive quantity, or an empty text for none`);
}

/** The same for memory, in bytes; refuses `64m`, which Kubernetes takes for a part of one byte. */
export function parseMemory(flag: string, text: string): number {
  const bytes = parseQuantity(flag, text);
  if (bytes >= 1 && !/[num]$/.test(text)) return bytes;
  throw flagError(flag, `${quote(text)} is a part of a byte; "m" means thousandths, write Mi for mebibytes`);
}

function factorOf(suffix: string): number | undefined {
  const exponent = decimalExponents.get(suffix);
  if (exponent !== undefined) return 10 ** exponent;
  const power = binarySuffixes.indexOf(suffix);
  if (power >= 0) return 1024 ** (power + 1);
  return /^[eE][-+]?\d/.test(suffix) ? 10 ** Number(suffix.slice(1)) : undefined;
}
