import { open } from "node:fs/promises";
import { ConfigError } from "./config-error.ts";
import { printable } from "./printable.ts";

const mebibyte = 1024 * 1024;
const usualMaxBytes = 4 * mebibyte;
const pieceBytes = 64 * 1024;

/**
 * The text of a small file, without a byte order mark. `what` names it in the `ConfigError` for a file that
 * cannot be read or has more than `maxBytes`, whole MiB.
 */
export async function readBoundedFile(path: string, what: string, maxBytes = usualMaxBytes): Promise<string> {
  const bytes = await readBoundedBytes(path, maxBytes).catch((error: unknown) => {
    throw unreadable(path, what, error);
  });
  if (bytes !== undefined) return bytes.toString("utf8").replace(/^\ufeff/, "");
  const bound = `${maxBytes / mebibyte} MiB`;
  throw new ConfigError(`${what} ${printable(path)}: it has more than ${bound}; is it the right file?`);
}

/**
 * What is in a file, which may also be a pipe; undefined where that is more than `maxBytes`. It reads little more
 * than those, also where the path is a device or the file grows. Throws the system's error.
 */
export async function readBoundedBytes(path: string, maxBytes = usualMaxBytes): Promise<Buffer | undefined> {
  await using file = await open(path);
  const piece = Buffer.alloc(pieceBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= maxBytes) {
    const { bytesRead } = await file.read(piece);
    if (bytesRead === 0) return Buffer.concat(chunks);
    // A copy: a pipe gives a few bytes at a time, which must not keep a whole buffer each.
    chunks.push(Buffer.from(piece.subarray(0, bytesRead)));
    length += bytesRead;
  }
  return undefined;
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
