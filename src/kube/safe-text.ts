import { printable } from "../lib/printable.ts";
import { withoutUrlSecrets } from "../lib/url-secrets.ts";

const maxLength = 1000;

/**
 * Text of a server as it may be shown: on one line, without the parts of URLs that may hold secrets and
 * without our token, should the server or a proxy repeat it.
 */
export function safeText(text: string, token: string | undefined): string {
  const hidden = token === undefined || token === "" ? text : text.replaceAll(token, "***");
  const oneLine = hidden
    .replace(/\bBearer\s+[^\s"']+/gi, "Bearer ***")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return printable(withoutUrlSecrets(oneLine), maxLength);
}
