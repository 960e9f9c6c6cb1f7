import { ConfigError } from "../lib/config-error.ts";

/** What the system or OpenSSL refuses at the start is what flags say: it names them. Other errors stay as they are. */
export function asFlagError(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const flags = flagsOf(String(error.code), "syscall" in error ? error.syscall : undefined);
  return flags === undefined ? error : new ConfigError(`${flags}: ${error.message}`, { cause: error });
}

function flagsOf(code: string, syscall: unknown): string | undefined {
  if (syscall === "listen" || syscall === "getaddrinfo") return "--grpc-port, --http-port, --listen-address";
  return /^ERR_(?:OSSL|SSL)_/.test(code) ? "--tls-cert-file, --tls-key-file" : undefined;
}
