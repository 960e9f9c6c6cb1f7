import { flagError, quote } from "./flag-error.ts";
import type { Resources } from "./kube-object.ts";
import { parseMemory, parseQuantity } from "./quantity.ts";

/** Flags of one container; an empty text leaves that one out. */
export interface ResourceFlags {
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly cpuLimit: string;
  readonly memoryLimit: string;
}

/** Checks the four flags `--PREFIX-cpu-request` … and puts them together. Throws a `ConfigError`. */
export function parseResources(prefix: string, flags: ResourceFlags): Resources {
  checkPair(`--${prefix}-cpu`, flags.cpuRequest, flags.cpuLimit, parseQuantity);
  checkPair(`--${prefix}-memory`, flags.memoryRequest, flags.memoryLimit, parseMemory);
  const requests = withoutEmpty({ cpu: flags.cpuRequest, memory: flags.memoryRequest });
  const limits = withoutEmpty({ cpu: flags.cpuLimit, memory: flags.memoryLimit });
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

function checkPair(
  flag: string,
  request: string,
  limit: string,
  parse: (flag: string, text: string) => number,
): void {
  const least = request === "" ? 0 : parse(`${flag}-request`, request);
  const most = limit === "" ? Number.POSITIVE_INFINITY : parse(`${flag}-limit`, limit);
  if (least > most) {
    throw flagError(`${flag}-request`, `${quote(request)} is more than ${flag}-limit ${quote(limit)}`);
  }
}

function withoutEmpty(list: Record<string, string>): Record<string, string> | undefined {
  const given = Object.entries(list).filter(([, quantity]) => quantity !== "");
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
