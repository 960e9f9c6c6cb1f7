import { flagError, quote } from "./flag-error.ts";
import { findLabelKeyFault, findLabelValueFault } from "./kube-name.ts";

const flag = "--node-selector";

/**
 * The nodeSelector that `key=value` texts ask for; one text may hold several with commas between. Linux nodes
 * only, unless the user says otherwise: the image has nothing for others, and a rollout would wait for them.
 * Throws a `ConfigError`.
 */
export function parseNodeSelector(texts: readonly string[]): Record<string, string> {
  const given = new Map<string, string>();
  for (const pair of texts.flatMap((text) => text.split(","))) {
    const [key, value] = parsePair(pair);
    if ((given.get(key) ?? value) !== value) {
      throw flagError(flag, `${quote(key)} is given two values; a node has one of them at most`);
    }
    given.set(key, value);
  }
  return { "kubernetes.io/os": "linux", ...Object.fromEntries(given) };
}

function parsePair(pair: string): [key: string, value: string] {
  const equals = pair.indexOf("=");
  if (equals < 0) throw flagError(flag, `${quote(pair)} has no "="; write key=value`);
  const key = pair.slice(0, equals);
  const value = pair.slice(equals + 1);
  const fault = findLabelKeyFault(key) ?? findLabelValueFault(value);
  if (fault !== undefined) throw flagError(flag, `${quote(pair)}: ${fault}`);
  return [key, value];
}
