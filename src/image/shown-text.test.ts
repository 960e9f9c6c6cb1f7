import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shownText } from "./shown-text.ts";

const cases: [title: string, text: string, shown: string][] = [
  ["leaves an ordinary text alone", "Debian:12", "Debian:12"],
  ["escapes what a terminal obeys", "a\u001b[31mb\r\n", "a\\x1b[31mb\\x0d\\x0a"],
  ["escapes what reorders text", "a\u202eb", "a\\u202eb"],
  ["escapes look-alike letters", "d\u0435bian", "d\\u0435bian"],
  ["escapes both halves of a pair", "\u{1f600}", "\\ud83d\\ude00"],
  ["hides a user and a password", "https://user:secret@host/app", "***@host/app"],
  ["hides a password without scheme", "user:secret@host/app", "***@host/app"],
  ["hides a password that has @ and /", "https://user:se/cr@et@host/app", "***@host/app"],
  ["hides a password before a host alone", "user:secret@host", "***@host"],
  ["hides a password before a host with port", "user:secret@host:5000/app", "***@host:5000/app"],
  ["hides a URL's query", "https://host/app?token=secret", "https://host/app?***"],
  ["hides a password that has a question mark", "https://user:s?cret@host/app", "https://user:s?***"],
  ["shows a wrong digest", "debian@sha256:12", "debian@sha256:12"],
  ["shows a tag after the wrong sign", "debian@latest", "debian@latest"],
  ["cuts a long text", "a".repeat(1000), `${"a".repeat(160)}…`],
];

for (const [title, text, shown] of cases) {
  test(title, () => assert.equal(shownText(text), shown));
}

test("shows nothing but printable ASCII and the mark of the cut, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      assert.match(shownText(text), /^[ -~]*…?$/);
    }),
  );
});
