import { readBoundedBytes } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";

/** The content of the small file that a flag names. Throws a `ConfigError` that names the flag. */
export async function readFlagFile(flag: string, path: string): Promise<Buffer> {
  const bytes = await readBoundedBytes(path).catch((error: unknown) => {
    throw new ConfigError(`--${flag}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  if (bytes !== undefined) return bytes;
  throw new ConfigError(`--${flag}: ${path} has more than 4 MiB; is it the right file?`);
}

/** The one token in the file that a flag names. Throws a `ConfigError` that names the flag, never the content. */
export async function readTokenFile(flag: string, path: string): Promise<string> {
  const token = (await readFlagFile(flag, path)).toString("utf8").trim();
  // What else there is cannot be sent in a header.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConfigError(`--${flag}: ${path} holds no single token; write one, without blanks`);
}
