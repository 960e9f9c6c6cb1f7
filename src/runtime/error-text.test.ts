import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanMessage } from "./error-text.ts";

const cases: Record<string, readonly [string, string]> = {
  "drops what every message of a pull begins with": [
    'failed to pull and unpack image "a/b:v1": failed to copy: reset',
    "failed to copy: reset",
  ],
  "writes several lines as one": [
    "403 Forbidden\nunknown: test_fault\n",
    "403 Forbidden unknown: test_fault",
  ],
  "drops the query of a URL": [
    "GET request to http://r.test/token?scope=repository%3Aa%3Apull&service=x: 401 Unauthorized",
    "GET request to http://r.test/token: 401 Unauthorized",
  ],
  "drops the query of a quoted URL": [
    'Get "https://cdn.test/blob?X-Amz-Signature=canary": stopped after 10 redirects',
    'Get "https://cdn.test/blob": stopped after 10 redirects',
  ],
  "drops the user info of a URL": [
    "Head https://user:canary@r.test/v2/: refused",
    "Head https://r.test/v2/: refused",
  ],
  "escapes what a terminal would obey": ["a\u001b[2Jb", "a\\x1b[2Jb"],
};
for (const [name, [message, expected]] of Object.entries(cases)) {
  test(name, () => assert.equal(cleanMessage(message), expected));
}
