import { ConfigError } from "../../lib/config-error.ts";
import { parseMemory, parseQuantity } from "../../manifests/quantity.ts";
import type { HoldConfig } from "../config.ts";
import { createFaultCollector } from "./config-faults.ts";
import type { HoldVariable } from "./variables.ts";

type Read = (name: HoldVariable) => string | undefined;

/** What each image's container asks for and may use. Throws a `HoldConfigError`. */
export function parseHeldResources(read: Read): HoldConfig["resources"] {
  const texts = {
    requests: {
      cpu: read("CACHING_CPU_REQUEST") ?? ".05",
      memory: read("CACHING_MEMORY_REQUEST") ?? "1Mi",
    },
    limits: { cpu: read("CACHING_CPU_LIMIT") ?? ".2", memory: read("CACHING_MEMORY_LIMIT") ?? "5Mi" },
  };
  const { requests, limits } = texts;
  const faults = createFaultCollector();
  faults.attempt(() => checkPair("CACHING_CPU", requests.cpu, limits.cpu, parseQuantity));
  faults.attempt(() => checkPair("CACHING_MEMORY", requests.memory, limits.memory, parseMemory));
  faults.finish();
  return texts;
}

function checkPair(
  prefix: "CACHING_CPU" | "CACHING_MEMORY",
  request: string,
  limit: string,
  parse: (name: string, text: string) => number,
): void {
  const faults = createFaultCollector();
  // Asking for nothing is a good request, but a limit of nothing is none.
  const least = /^0+[a-zA-Z]{0,2}$/.test(request)
    ? 0
    : faults.attempt(() => parse(`${prefix}_REQUEST`, request));
  const most = faults.attempt(() => parse(`${prefix}_LIMIT`, limit));
  faults.finish();
  if (least === undefined || most === undefined || least <= most) return;
  throw new ConfigError(`${prefix}_REQUEST: "${request}" is more than ${prefix}_LIMIT "${limit}"`);
}
