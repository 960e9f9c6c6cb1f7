/** How a registry wants to be told who we are (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

// Hostile headers are bounded before patterns see them.
const maxLength = 8192;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const next = new RegExp(
  `\\s*,?\\s*(${token})(?:\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}|[^\\s,"]+))|(?=\\s|,|$))`,
  "y",
);

/** The challenges of a WWW-Authenticate header, in their order; what cannot be read ends the list. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const text = (header ?? "").slice(0, maxLength);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  next.lastIndex = 0;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const [, name = "", quoted, plain] = found;
    const value = quoted?.replace(/\\(.)/g, "$1") ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}
