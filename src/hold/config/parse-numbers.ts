import type { HoldMode, NodeBudget } from "../config.ts";
import { variableError } from "./config-faults.ts";

const hourMs = 3_600_000;
const leastMs = 1_000;
const mostHours = 87_600;
const decimal = /^[-+]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})$/;
const modes: readonly HoldMode[] = ["containers", "volumes", "auto"];

/**
 * The milliseconds of `CACHING_INTERVAL_HOURS`. What is no number counts as one hour, as it does for
 * kubernetes-image-puller; undefined then. Throws a `ConfigError`.
 */
export function parseIntervalMs(text: string): number | undefined {
  if (!decimal.test(text)) return undefined;
  const hours = Number(text);
  const ms = Math.round(hours * hourMs);
  if (ms >= leastMs && hours <= mostHours) return ms;
  throw variableError(
    "CACHING_INTERVAL_HOURS",
    text,
    `is no interval; give hours, more than 0 and at most ${mostHours}, such as 1 or 0.5`,
  );
}

/** The budget of `MAX_NODES`. Throws a `ConfigError`. */
export function parseMaxNodes(text: string): NodeBudget {
  const [, digits = "", percent] = /^(\d{1,7})\s*(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (number >= 1 && percent === "") return { nodes: number };
  if (number >= 1 && number <= 100) return { percent: number };
  throw variableError("MAX_NODES", text, "is no number of nodes; give 1% to 100%, or a number from 1");
}

/** The mode of `MODE`. Throws a `ConfigError`. */
export function parseMode(text: string): HoldMode {
  const mode = modes.find((name) => name === text);
  if (mode !== undefined) return mode;
  throw variableError("MODE", text, `is no mode; those are ${modes.join(", ")}`);
}
