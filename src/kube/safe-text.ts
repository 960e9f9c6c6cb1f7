import { printable } from "../lib/printable.ts";

const maxLength = 1000;

/**
 * Text of a server as it may be shown: on one line, without the parts of URLs that may hold secrets and
 * without our token, should the server or a proxy repeat it.
 */
export function safeText(text: string, token: string | undefined): string {
  const hidden = token === undefined || token === "" ? text : text.replaceAll(token, "***");
  const oneLine = hidden
    .replace(/\bBearer\s+[^\s"']+/gi, "Bearer ***")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]*@/gi, "$1")
    .replace(/\?[^\s"]*?(?=:?(?:[\s"]|$))/g, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return printable(oneLine, maxLength);
}
