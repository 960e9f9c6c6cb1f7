import type { NodeRequirement } from "./pod-placement.ts";

/** Labels as Kubernetes objects carry them. */
export type Labels = Readonly<Record<string, string>>;

const maxInt64 = 2n ** 63n - 1n;

/**
 * Whether labels fulfil a requirement, as Kubernetes reads it: what is not there is `NotIn` anything, and a requirement
 * that Kubernetes would refuse (an unknown operator, values where none belong) holds for nothing.
 */
export function matchesRequirement({ key, operator, values }: NodeRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return values.length > 0 && (value === undefined || !values.includes(value));
    case "Exists":
      return values.length === 0 && value !== undefined;
    case "DoesNotExist":
      return values.length === 0 && value === undefined;
    case "Gt":
      return compareInteger(value, values, (have, wanted) => have > wanted);
    case "Lt":
      return compareInteger(value, values, (have, wanted) => have < wanted);
    default:
      return false;
  }
}

/** The whole number that Kubernetes reads from a label's value (Go's ParseInt, 64 bits); undefined: it is none. */
export function readInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,63}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxInt64 || value < -maxInt64 - 1n ? undefined : value;
}

function compareInteger(
  value: string | undefined,
  values: readonly string[],
  holds: (have: bigint, wanted: bigint) => boolean,
): boolean {
  const [only] = values;
  if (value === undefined || only === undefined || values.length !== 1) return false;
  const have = readInteger(value);
  const wanted = readInteger(only);
  return have !== undefined && wanted !== undefined && holds(have, wanted);
}
