import { Document, Scalar, visit } from "yaml";

// Plain text that no YAML reader takes for a number, a date, a truth value or a pair; kubectl reads YAML 1.1,
// where `y`, `no` and `on` are truth values.
const plain = /^(?:[A-Za-z/]|--[a-z])(?:[\w./=:@-]*[\w./=@-])?$/;
const words = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
// Lines of printable ASCII without blanks at their ends; the first and the last have text, the first at its start.
const block = /^(?![ \n])(?:(?:[ -~]*[!-~])?\n)*[ -~]*[!-~]\n?$/;

/**
 * The objects as YAML documents in plain ASCII, in a form that YAML 1.1 and 1.2 read alike. Whatever a string
 * holds, it stays one string: YAML 1.1 ends a line at U+0085, U+2028 and U+2029, so text with such characters
 * stands in quotes and escapes.
 */
export function renderYaml(objects: readonly unknown[]): string {
  return objects.map((object) => `---\n${renderDocument(object)}`).join("");
}

// A folded line would bring blanks and line ends of its own.
const oneLine = {
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
  indentSeq: false,
};

function renderDocument(object: unknown): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string") node.type = decideStyle(node.value);
    },
  });
  return document.toString(oneLine).replace(/[^\n -~]/gu, escapeCharacter);
}

function decideStyle(text: string): Scalar.Type {
  if (plain.test(text) && !words.test(text)) return Scalar.PLAIN;
  return text.includes("\n") && block.test(text) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
}

// Only quoted text holds such characters.
function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
