import type { HoldConfig } from "../config.ts";

const fixed = [
  ["NAMESPACE", "namespace"],
  ["DAEMONSET_NAME", "daemonSetName"],
  ["DEPLOYMENT_NAME", "deploymentName"],
] as const;

/**
 * What a running process does not change, a line each: with another name or owner it would make a second DaemonSet, and
 * nobody would be left to look after the first.
 */
export function findIdentityFaults(before: HoldConfig, now: HoldConfig): string[] {
  return fixed
    .filter(([, field]) => before[field] !== now[field])
    .map(
      ([name, field]) =>
        `${name}: it cannot change from "${before[field]}" to "${now[field]}" while running; restart the controller`,
    );
}
