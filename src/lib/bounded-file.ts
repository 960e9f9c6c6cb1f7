import { open } from "node:fs/promises";
import { ConfigError } from "./config-error.ts";
import { printable } from "./printable.ts";

const maxBytes = 4 * 1024 * 1024;

/**
 * The text of a small file, without a byte order mark. `what` names it in the `ConfigError` for a file that
 * cannot be read or has more than 4 MiB.
 */
export async function readBoundedFile(path: string, what: string): Promise<string> {
  const bytes = await readStart(path).catch((error: unknown) => {
    throw unreadable(path, what, error);
  });
  if (bytes.length > maxBytes) {
    throw new ConfigError(`${what} ${printable(path)}: it has more than 4 MiB; is it the right file?`);
  }
  return bytes.toString("utf8").replace(/^\ufeff/, "");
}

/** A `ConfigError` for a path that the system does not let us use. */
export function unreadable(path: string, what: string, cause: unknown): ConfigError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  const reason = reasons.get(code) ?? code;
  return new ConfigError(`${what} ${printable(path)}: cannot be read: ${reason}`, { cause });
}

const reasons = new Map([
  ["ENOENT", "there is no such file; check the path and the mount"],
  ["EACCES", "permission denied; check the file's mode and the user"],
  ["EISDIR", "it is a directory; name a file"],
]);

// Never more than the bound, also where the path is a device or grows.
async function readStart(path: string): Promise<Buffer> {
  await using file = await open(path);
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(chunks);
}
