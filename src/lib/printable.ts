// C0 and C1 controls, DEL, the bidirectional overrides and the line separators: what a terminal may obey or reorder.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from outside (a name, an error of a runtime or a plugin) made safe for a terminal: what could move
 * the cursor, colour or reorder text is written as an escape (`\x1b`), and what is longer than `maxLength`
 * characters is cut with `…`.
 */
export function printable(text: string, maxLength = 2000): string {
  // What is cut anyway is not made safe first: a text may be megabytes.
  const safe = text.slice(0, maxLength + 1).replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
  return safe.length > maxLength ? `${safe.slice(0, maxLength - 1)}…` : safe;
}
