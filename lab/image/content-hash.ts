import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** Bytes, or the file that holds them. */
export type Content = { readonly file: string } | { readonly bytes: Uint8Array };

async function hash(content: Content): Promise<string> {
  const digest = createHash("sha256");
  if ("bytes" in content) digest.update(content.bytes);
  else await pipeline(createReadStream(content.file, { highWaterMark: 1 << 20 }), digest);
  return digest.digest("hex");
}

/** A short name for named contents: the same for the same, wherever their files are. */
export async function hashContents(parts: readonly (readonly [string, Content])[]): Promise<string> {
  const whole = createHash("sha256");
  for (const [name, content] of parts) whole.update(`${name}\0${await hash(content)}\n`);
  return whole.digest("hex").slice(0, 12);
}
