import { ConfigError } from "../lib/config-error.ts";

/**
 * User and password out of a docker config's `auth`: base64 of `user:password`, with or without padding,
 * line breaks ignored; anything else, a trailing space too, is refused (as by the kubelet). The password may
 * hold colons. Throws a `ConfigError` that does not hold the text.
 */
export function parseBasicAuth(text: string): { username: string; password: string } {
  const base64 = text.replace(/[\r\n]/g, "");
  if (!isBase64(base64)) throw new ConfigError("it is not base64; write base64 of user:password");
  const decoded = decodeUtf8(Buffer.from(base64, "base64"));
  const colon = decoded.indexOf(":");
  if (colon === -1) throw new ConfigError("it has no colon when decoded; write base64 of user:password");
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function isBase64(text: string): boolean {
  const digits = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  const padding = text.slice(digits);
  if (padding === "") return digits % 4 !== 1;
  return (padding === "=" || padding === "==") && text.length % 4 === 0;
}

// CRI is protobuf, whose strings are UTF-8: other bytes would not arrive as they are.
function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConfigError("it is not UTF-8 when decoded; write base64 of user:password");
  }
}
