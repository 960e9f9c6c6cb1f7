import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";

/** Where a server listens; all addresses where there is no host. */
export interface MetricsAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const pattern = /^(?:\[(?<ipv6>[0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|(?<name>[a-zA-Z0-9_.-]*)):(?<port>\d{1,5})$/;

/**
 * Reads `--metrics-bind-address`: `0.0.0.0:8095`, `:8095`, `[::1]:8095`; undefined where it is empty or `0`: no server.
 * Throws a `ConfigError` that names the flag.
 */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  if (text === "" || text === "0") return undefined;
  const { ipv6, name, port = "" } = pattern.exec(text)?.groups ?? {};
  const number = Number(port);
  if (text.length < 300 && port !== "" && number <= 65535)
    return { host: ipv6 ?? (name || undefined), port: number };
  throw new ConfigError(
    `--metrics-bind-address: "${printable(text, 80)}" is no address; write it like 0.0.0.0:8095, :8095 or 0 for none`,
  );
}
