import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidReferenceError, parseReference } from "./reference.ts";

const hex64 = "0123456789abcdef".repeat(4);
const sha256 = `sha256:${hex64}`;
const long = (length: number) => "a".repeat(length);

function refuse(text: string): InvalidReferenceError {
  try {
    parseReference(text);
  } catch (error) {
    assert.ok(error instanceof InvalidReferenceError);
    return error;
  }
  return assert.fail(`accepted ${text.slice(0, 60)}`);
}

const invalid: [text: string, reason: RegExp][] = [
  ["", /is empty/],
  [" ", /starts or ends with white space/],
  [" debian", /starts or ends with white space/],
  ["debian ", /starts or ends with white space/],
  ["debian\n", /starts or ends with white space/],
  ["\ufeffdebian", /starts or ends with white space/],
  ["debian 12", /white space inside/],
  ["a/b\tc", /white space inside/],
  ["a\u0000b", /control character U\+0000/],
  ["a\u001b[31m", /control character U\+001B/],
  ["a\u007f", /control character U\+007F/],
  ["d\u0435bian", /character U\+0435/],
  ["bücher.example/app", /character U\+00FC/],
  ["app:\u{1f600}", /character U\+1F600/],
  ["\u212a8s.io/app", /character U\+212A/],
  ["a\ud800", /character U\+D800/],
  ["https://quay.io/app", /no scheme/],
  ["docker://debian", /no scheme/],
  [hex64, /a 64-digit hexadecimal name is an image id, not a name/],
  [sha256, /a digest alone is an image id/],
  [`sha512:${hex64}${hex64}`, /a digest alone is an image id/],
  ["Debian", /repository has upper-case letters; use lower case/],
  ["docker/Docker", /repository has upper-case letters/],
  ["docker.io/Library/debian", /repository has upper-case letters/],
  [hex64.toUpperCase(), /repository has upper-case letters/],
  ["/debian", /empty part/],
  ["a//b", /empty part/],
  ["a/b/", /empty part/],
  ["a/", /empty part/],
  ["quay.io//a", /empty part/],
  ["/", /empty part/],
  ["quay.io/", /repository is missing/],
  ["docker.io/", /repository is missing/],
  ["localhost/:1", /repository is missing/],
  [":1", /empty part/],
  [`@${sha256}`, /empty part/],
  ["-a", /must start and end with a letter or a digit/],
  ["a-", /must start and end with a letter or a digit/],
  ["a/_b", /must start and end with a letter or a digit/],
  ["a/.b", /must start and end with a letter or a digit/],
  ["a/b__/c", /must start and end with a letter or a digit/],
  ["a..b", /too many separators/],
  ["a___b", /too many separators/],
  ["a._b", /too many separators/],
  ["a/b-.c", /too many separators/],
  ["a$b", /repository has the character "\$"/],
  ["a/b?c", /repository has the character "\?"/],
  ["[abc]/x", /repository has the character "\["/],
  ["<none>", /repository has the character "<"/],
  [long(248), /repository is longer than 255/],
  [`quay.io/${long(256)}`, /repository is longer than 255/],
  [`a/${long(254)}`, /repository is longer than 255/],
  [`a_b.c/${long(250)}`, /repository is longer than 255/],
  ["-a.b/app", /registry must be a host/],
  ["a-.b/app", /registry must be a host/],
  ["a..b/app", /registry must be a host/],
  [".a/app", /registry must be a host/],
  ["a.b./app", /registry must be a host/],
  ["A_B/app", /registry must be a host/],
  ["a$.b/app", /registry must be a host/],
  [":5000/app", /registry must be a host/],
  ["a_b:5000/app", /registry must be a host/],
  ["localhost:/app", /port must be digits/],
  ["localhost:x/app", /port must be digits/],
  ["localhost:-1/app", /port must be digits/],
  ["::1/app", /port must be digits/],
  ["fc00::1:5000/app", /port must be digits/],
  ["[fe80::1%eth0]/app", /zone is not allowed/],
  ["[fe80::1%25eth0]:5000/app", /zone is not allowed/],
  ["[::1/app", /IPv6 address must be/],
  ["[]:1/app", /IPv6 address must be/],
  ["[::g]/app", /IPv6 address must be/],
  ["[::ffff:1.2.3.4]/app", /IPv6 address must be/],
  ["[::1]x/app", /IPv6 address must be/],
  ["user:pw@host/app", /credentials are no part/],
  [`${"a.".repeat(128)}b/app`, /registry is longer than 255/],
  ["app:", /tag is empty/],
  [`app:@${sha256}`, /tag is empty/],
  [`app:${long(129)}`, /tag is longer than 128/],
  ["app:.1", /tag must start with/],
  ["app:-1", /tag must start with/],
  ["app::1", /tag has the character ":"/],
  ["app:1:2", /tag has the character ":"/],
  ["app:1+2", /tag has the character "\+"/],
  ["quay.io/app:5000/x", /tag has a "\/"/],
  ["app@", /digest has no algorithm/],
  ["app@latest", /digest has no algorithm/],
  [`app@${hex64}`, /digest has no algorithm/],
  ["app@sha256:", /nothing after sha256:/],
  [`app@sha256:${hex64.slice(1)}`, /has 64 hexadecimal digits, this one has 63/],
  [`app@sha256:${hex64}0`, /has 64 hexadecimal digits, this one has 65/],
  [`app@sha384:${hex64}`, /has 96 hexadecimal digits/],
  [`app@sha512:${hex64}`, /has 128 hexadecimal digits/],
  [`app@sha256:${hex64.toUpperCase()}`, /0-9 and a-f only/],
  [`app@SHA256:${hex64}`, /algorithm must be lower-case/],
  [`app@md5:${hex64.slice(32)}`, /must be sha256, sha384 or sha512/],
  [`app@${sha256}:1`, /this one has 66/],
  [`app@${sha256}@${sha256}`, /more than one "@"/],
  ["app@@", /more than one "@"/],
];

for (const [text, reason] of invalid) {
  test(`refuses ${JSON.stringify(text.slice(0, 60))}: ${reason.source}`, () => {
    assert.match(refuse(text).reason, reason);
  });
}

test("says the text, made printable, and the reason in one line", () => {
  assert.equal(
    refuse("a\u001b[31m").message,
    'invalid image reference "a\\x1b[31m": it has the control character U+001B; only ASCII letters, digits ' +
      "and . _ - / : @ [ ] are allowed",
  );
});

test("keeps credentials and queries out of message and reason", () => {
  for (const text of [
    "user:s3cret@host/app",
    "https://u:s3cret@host/app",
    "https://h/app?t=s3cret",
    "u:s3cret@h",
  ]) {
    const error = refuse(text);
    assert.doesNotMatch(`${error.message} ${error.reason} ${error.stack}`, /s3cret/);
  }
});
