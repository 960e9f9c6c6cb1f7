import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../lib/config-error.ts";
import { parseBasicAuth } from "./basic-auth.ts";

const accepted: Record<string, [text: string, username: string, password: string]> = {
  padded: ["dXNlcjpwYXNz", "user", "pass"],
  "with one padding sign": ["dXNlcjpwYXNzdw==", "user", "passw"],
  unpadded: ["dXNlcjpwYXNzdw", "user", "passw"],
  "with a line break at the end": ["dXNlcjpwYXNz\n", "user", "pass"],
  "broken into lines": ["dXNl\r\ncjpw\nYXNz", "user", "pass"],
  "with colons in the password": ["dTphOmI=", "u", "a:b"],
  "with an empty password": ["dXNlcjo=", "user", ""],
  "with a byte order mark that belongs to the user": ["77u/dTpw", "\ufeffu", "p"],
  "with an empty user": ["OnBhc3M=", "", "pass"],
};
for (const [name, [text, username, password]] of Object.entries(accepted)) {
  test(`reads base64 ${name}`, () => assert.deepEqual(parseBasicAuth(text), { username, password }));
}

const refused: Record<string, [text: string, reason: RegExp]> = {
  "a trailing space": ["dXNlcjpwYXNz ", /not base64/],
  "a space inside": ["dXNl cjpwYXNz", /not base64/],
  "plain text": ["alice:s3cret", /not base64/],
  "the alphabet of URLs": ["dTo_-_8=", /not base64/],
  "too little padding": ["dXNlcjpwYXNzdw=", /not base64/],
  "too much padding": ["dXNlcjpwYXNz====", /not base64/],
  "padding alone": ["====", /not base64/],
  "padding inside": ["dTph==Oj", /not base64/],
  "a lonely last digit": ["dXNlcjpwYXNzd", /not base64/],
  "no colon": ["dXNlcnBhc3M=", /no colon/],
  nothing: ["", /no colon/],
  "bytes that are no UTF-8": ["dTr//w==", /not UTF-8/],
};
for (const [name, [text, reason]] of Object.entries(refused)) {
  test(`refuses ${name} without quoting it`, () => {
    assert.throws(
      () => parseBasicAuth(text),
      (error: unknown) =>
        error instanceof ConfigError &&
        reason.test(error.message) &&
        (text.trim() === "" || !error.message.includes(text)),
    );
  });
}

const user = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(":", ""));

test("reads back every user and password, padded or not, broken into lines or not", () => {
  fc.assert(
    fc.property(
      user,
      fc.string({ unit: "grapheme" }),
      fc.boolean(),
      fc.boolean(),
      (username, password, padded, broken) => {
        const base64 = Buffer.from(`${username}:${password}`).toString("base64");
        const trimmed = padded ? base64 : base64.replace(/=+$/, "");
        const text = broken ? trimmed.replace(/.{8}/g, "$&\r\n") : trimmed;
        assert.deepEqual(parseBasicAuth(text), { username, password });
      },
    ),
  );
});

test("never throws anything but a ConfigError", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return typeof parseBasicAuth(text).password === "string";
      } catch (error) {
        return error instanceof ConfigError;
      }
    }),
  );
});
