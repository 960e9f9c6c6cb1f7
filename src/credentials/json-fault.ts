type Expected = "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or end";
type Bracket = "{" | "[";

const space = /[ \t\r\n]*/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Where text that `JSON.parse` refused goes wrong, as `line:column`, both from 1; the end where it is cut
 * off. Needed because the engine's own message quotes the text, and that may hold a secret.
 */
export function locateJsonFault(text: string): string {
  const before = text.slice(0, findFaultOffset(text));
  const lineStart = before.lastIndexOf("\n") + 1;
  return `${before.split("\n").length}:${before.length - lineStart + 1}`;
}

function findFaultOffset(text: string): number {
  const open: Bracket[] = [];
  let expected: Expected = "value";
  let offset = skip(space, text, 0);
  while (offset < text.length) {
    const end = findTokenEnd(text, offset);
    const next: Expected | undefined =
      end === offset ? undefined : decideNext(text.charAt(offset), expected, open);
    if (next === undefined) return offset;
    expected = next;
    offset = skip(space, text, end);
  }
  return offset;
}

// Also opens and closes brackets. Undefined where the token, known by its first character, is not allowed.
function decideNext(first: string, expected: Expected, open: Bracket[]): Expected | undefined {
  const isValue = expected === "value" || expected === "value or ]";
  const isKey = expected === "key" || expected === "key or }";
  if (first === '"' && isKey) return "colon";
  if (first === ":") return expected === "colon" ? "value" : undefined;
  if (first === ",") return expected === "comma or end" ? decideAfterComma(open) : undefined;
  if (first === "}") return expected === "key or }" || closes("{", expected, open) ? close(open) : undefined;
  if (first === "]")
    return expected === "value or ]" || closes("[", expected, open) ? close(open) : undefined;
  if (!isValue) return undefined;
  if (first !== "{" && first !== "[") return "comma or end";
  open.push(first);
  return first === "{" ? "key or }" : "value or ]";
}

function closes(bracket: Bracket, expected: Expected, open: readonly Bracket[]): boolean {
  return expected === "comma or end" && open.at(-1) === bracket;
}

function close(open: Bracket[]): Expected {
  open.pop();
  return "comma or end";
}

function decideAfterComma(open: readonly Bracket[]): Expected | undefined {
  const bracket = open.at(-1);
  if (bracket === undefined) return undefined;
  return bracket === "{" ? "key" : "value";
}

function findTokenEnd(text: string, offset: number): number {
  const first = text.charAt(offset);
  if ("{}[]:,".includes(first)) return offset + 1;
  return first === '"' ? findStringEnd(text, offset) : skip(scalar, text, offset);
}

// The offset itself where the string is broken.
function findStringEnd(text: string, offset: number): number {
  for (let at = offset + 1; at < text.length; ) {
    const character = text.charAt(at);
    if (character === '"') return at + 1;
    if (character < " ") return offset;
    const next = character === "\\" ? skip(escaped, text, at) : at + 1;
    if (next === at) return offset;
    at = next;
  }
  return offset;
}

function skip(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return offset + (pattern.exec(text)?.[0].length ?? 0);
}
