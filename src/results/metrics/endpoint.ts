import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";

/** Where results are submitted to. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const hostName = "(?<name>[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_.])?)";
const pattern = new RegExp(
  String.raw`^(?:${hostName}|\[(?<ipv6>[0-9a-fA-F:.]+(?:%[\w.-]+)?)\]):(?<port>\d{1,5})$`,
);

/** Reads `host:port`, `[::1]:8443`. Throws a `ConfigError` that names the flag. */
export function parseEndpoint(text: string): Endpoint {
  const { name, ipv6, port = "" } = pattern.exec(text)?.groups ?? {};
  const host = name ?? ipv6;
  const number = Number(port);
  if (text.length < 300 && host !== undefined && number >= 1 && number <= 65535)
    return { host, port: number };
  throw new ConfigError(
    `--metrics-endpoint: "${printable(text, 80)}" is no host:port; write it like metrics.example:8443 or [::1]:8443`,
  );
}
