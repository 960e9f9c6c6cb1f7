/** The text without the parts of its URLs that may hold secrets: user info, and queries (signed URLs, tokens). */
export function withoutUrlSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]*@/gi, "$1")
    .replace(/\?[^\s"]*?(?=:?(?:[\s"]|$))/g, "");
}
