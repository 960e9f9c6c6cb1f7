import { printable } from "../lib/printable.ts";
import { withoutUrlSecrets } from "../lib/url-secrets.ts";

/**
 * A runtime's message as it may be shown: on one line, without what every message of a pull begins with, and
 * without the parts of URLs that may hold secrets (user info and query: signed URLs, tokens).
 */
export function cleanMessage(message: string): string {
  const oneLine = message
    .replace(/^failed to pull and unpack image "[^"]*": /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return printable(withoutUrlSecrets(oneLine));
}
