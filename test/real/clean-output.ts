import assert from "node:assert/strict";

/** The password and token of every test that needs one: no output of any run may have it. */
export const canary = "canary-3c5d0e7b";

/** As `canary`, and known to be wrong. */
export const wrongCanary = `${canary}-wrong`;

// Whatever stands before it, two of its three positions in base64 show one of these.
const encoded = [0, 1, 2].map((before) => {
  const text = Buffer.from("x".repeat(before) + canary).toString("base64");
  return text.slice(4, text.length - 4);
});

/** Fails where text for people or machines holds a credential, or a character that a terminal obeys. */
export function assertClean(text: string): void {
  for (const secret of [canary, ...encoded]) {
    assert.ok(!text.includes(secret), `a credential in the output: ${around(text, secret)}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(text)?.[0];
  assert.equal(control, undefined, `a control character in the output: ${around(text, control ?? "")}`);
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return JSON.stringify(text.slice(Math.max(0, at - 80), at + 80));
}
