import { readFile } from "node:fs/promises";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";

/** The text of a file on this machine; `what` names it in the `ConfigError` where it cannot be read. */
export async function readLocalFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const reason = reasons.get(code) ?? code;
    throw new ConfigError(`${what} ${printable(path)}: cannot be read: ${reason}`, { cause: error });
  }
}

const reasons = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "permission denied; check the file's mode and the user"],
  ["EISDIR", "it is a directory; name a file"],
]);
