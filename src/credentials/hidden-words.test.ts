import assert from "node:assert/strict";
import { test } from "node:test";
import { hideWords } from "./hidden-words.ts";

const output = '{"auth":{"ghcr.io":{"username":"alice","password":"hunter2:x/y=="}}}';
const cases: Record<string, [messages: string, shown: string]> = {
  "leaves what the output does not hold": ["no metadata service", "no metadata service"],
  "hides a word of the output": ["got hunter2:x/y== back", "got *** back"],
  "hides a word behind an equals sign": ["secret=hunter2", "secret=***"],
  "hides a word in quotes": ["\"password\": 'hunter2'", "\"***\": '***'"],
  "hides a whole answer": [output, '{"auth":{"***":{"***":"alice","***":"***"}}}'],
  "leaves short words": ["for alice", "for alice"],
};
for (const [name, [messages, shown]] of Object.entries(cases)) {
  test(`${name} in a plugin's messages`, () => {
    assert.equal(hideWords(messages, output), shown);
  });
}
