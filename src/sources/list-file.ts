import { readBoundedBytes } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { type ListEntry, parseEntry } from "./list-entry.ts";

/** Over 100,000 names; a file beyond it is some other file. */
export const maxListBytes = 16 * 1024 * 1024;

/**
 * The images of a list: one name a line; blank lines and those that begin with `#` say nothing. A line that
 * names no image is an entry with a reason.
 */
export function parseImageList(text: string, fileName: string): ListEntry[] {
  const file = printable(fileName);
  const entries: ListEntry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    // Takes the carriage return of CRLF and the byte order mark with it.
    const name = line.trim();
    if (name !== "" && !name.startsWith("#")) entries.push(parseEntry(name, `${file}:${index + 1}`));
  }
  return entries;
}

/**
 * Reads the file of `--image-list-file`, which may also be a pipe. Throws a `ConfigError` that names flag and
 * path where it cannot be read, is a directory or is larger than 16 MiB.
 */
export async function readImageList(path: string): Promise<ListEntry[]> {
  const bytes = await readBoundedBytes(path, maxListBytes).catch((error: unknown) => {
    throw unreadable(path, describeFailure(error), error);
  });
  if (bytes !== undefined) return parseImageList(bytes.toString("utf8"), path);
  throw unreadable(path, "is larger than 16 MiB; give a list of image names, one a line");
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  const known: Record<string, string> = {
    ENOENT: "does not exist; check the path and, in a pod, the volume",
    EACCES: "may not be read by this user; check its permissions",
    EISDIR: "is a directory; give the file in it",
  };
  return known[code] ?? `cannot be read (${printable(code, 60)})`;
}

function unreadable(path: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError(`--image-list-file: "${printable(path, 300)}" ${reason}`, { cause });
}
