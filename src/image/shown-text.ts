const maxShown = 160;

/**
 * A reference that was refused, made fit for a message: what may be a credential or a URL's query becomes
 * `***`, everything but printable ASCII becomes an escape (a look-alike letter is then seen, too), and a long
 * text is cut with `…`.
 */
export function shownText(text: string): string {
  const safe = hideSecrets(text);
  const start = safe.slice(0, maxShown).replace(/[^ -~]/g, escapeUnit);
  return safe.length > maxShown ? `${start}…` : start;
}

// "@" may only introduce a digest, which has a colon and no slash. Anything else after it is taken for the
// host of a URL, and what comes before for a user and a password.
function hideSecrets(text: string): string {
  const query = text.indexOf("?");
  const address = query === -1 ? text : `${text.slice(0, query)}?***`;
  const at = address.lastIndexOf("@");
  if (at === -1) return address;
  const after = address.slice(at + 1);
  const before = address.slice(0, at);
  const credentials = after.includes("/") || (before.includes(":") && !after.includes(":"));
  return credentials ? `***@${after}` : address;
}

function escapeUnit(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
