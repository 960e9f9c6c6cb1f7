import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { renderYaml } from "./yaml.ts";

const versions = ["1.1", "1.2"] as const;

function readBack(text: string): unknown[][] {
  return versions.map((version) => parseAllDocuments(text, { version }).map((document) => document.toJS()));
}

const hostile: Record<string, string> = {
  "a document marker": "debian:12\n---\nkind: Secret\n",
  "the end of documents": "a\n...\nkind: Secret\n",
  "a line end that only YAML 1.1 knows": "a\u2028kind: Secret\u2029b\u0085c\n",
  "carriage returns": "a\r\nb\rc",
  "control characters and a byte order mark": "\ufeffa\u0000b\u001b[2J\u007f",
  "lines of blanks": "  a\n\n   \n\tb \n",
  "an emoji and half of one": "\u{1f600}\ud83d",
  "an anchor, an alias and a tag": "&a *a !!binary",
  "a truth value of YAML 1.1": "y",
  "a number with exponent": "1e3",
  "an octal number": "0o17",
  "a date": "2001-01-01",
  sixties: "1:30",
  "a key of merging": "<<",
  nothing: "",
};
for (const [name, text] of Object.entries(hostile)) {
  test(`keeps ${name} one string, as value and as key`, () => {
    const objects = [{ data: { "images.txt": text, [text]: "x" } }, { kind: "DaemonSet" }];
    assert.deepEqual(readBack(renderYaml(objects)), [objects, objects]);
  });
}

test("keeps any text one string, in nothing but printable ASCII", () => {
  const line = fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.string({ maxLength: 8 }));
  const text = fc.array(line, { maxLength: 6 }).map((parts) => parts.join("\n"));
  fc.assert(
    fc.property(text, (value) => {
      const rendered = renderYaml([{ value }, { last: true }]);
      assert.match(rendered, /^[\n -~]*$/);
      assert.deepEqual(readBack(rendered), [
        [{ value }, { last: true }],
        [{ value }, { last: true }],
      ]);
    }),
    { numRuns: 2000 },
  );
});

test("shows a list line by line", () => {
  assert.equal(renderYaml([{ list: "debian:12\n  # x\nb\n" }]), "---\nlist: |\n  debian:12\n    # x\n  b\n");
});

test("writes what stands twice in the objects twice, without anchors", () => {
  const labels = { app: "a" };
  assert.deepEqual(parse(renderYaml([{ one: labels, two: labels }])), { one: labels, two: labels });
  assert.doesNotMatch(renderYaml([{ one: labels, two: labels }]), /[&*]/);
});
