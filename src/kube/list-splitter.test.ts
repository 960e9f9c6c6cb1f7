import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KubeError } from "./errors.ts";
import { createListSplitter } from "./list-splitter.ts";

/** What a splitter makes of a text that comes in chunks of these sizes, again and again. */
function split(text: string, sizes: readonly number[] = [text.length + 1]) {
  const items: unknown[] = [];
  const splitter = createListSplitter((json) => items.push(JSON.parse(json.toString("utf8"))));
  const bytes = Buffer.from(text);
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    splitter.write(bytes.subarray(start, end));
    start = end;
  }
  return { items, rest: splitter.end() };
}

test("cuts the items out and keeps the rest", () => {
  const text =
    '{"kind":"List","metadata":{"resourceVersion":"7","items":[1]},"items":[{"a":[{}]},{"b":"]}"}]}';
  const { items, rest } = split(text);
  assert.deepEqual(items, [{ a: [{}] }, { b: "]}" }]);
  assert.deepEqual(rest, {
    kind: "List",
    metadata: { resourceVersion: "7", items: [1] },
    items: [0, 0],
  });
});

test("finds items before the metadata, and with blanks between", () => {
  const { items, rest } = split(
    ' { "items" : [ {"a":1} , {"a":2} ] , "metadata" : {"resourceVersion":"7"} }\n',
  );
  assert.deepEqual(items, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(rest, { items: [0, 0], metadata: { resourceVersion: "7" } });
});

test("takes no other array for the items", () => {
  const { items, rest } = split('{"x\\"items":[{"a":1}],"other":[{"b":2}],"items":null}');
  assert.deepEqual(items, []);
  assert.deepEqual(rest, { 'x"items': [{ a: 1 }], other: [{ b: 2 }], items: null });
});

test("comes to the same as parsing it whole, wherever the chunks end", () => {
  const object = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue());
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  const space = fc.constantFrom(0, 1);
  fc.assert(
    fc.property(fc.array(object), object, sizes, space, (items, metadata, chunks, indent) => {
      const list = split(JSON.stringify({ metadata, items, last: metadata }, undefined, indent), chunks);
      assert.deepEqual(list.items, JSON.parse(JSON.stringify(items)));
      const plain = JSON.parse(JSON.stringify(metadata));
      assert.deepEqual(list.rest, { metadata: plain, items: items.map(() => 0), last: plain });
    }),
    { numRuns: 40 },
  );
});

test("never takes a part of a list for the whole", () => {
  const text = '{"kind":"List","metadata":{"resourceVersion":"7"},"items":[{"a":1},{"a":2}]}';
  for (let length = 0; length < text.length; length += 1) {
    assert.throws(() => split(text.slice(0, length)), isUnknown, text.slice(0, length));
  }
});

const broken = ["", "<html>", '{"items":[{"a":1}{"a":2}]}', '{"items":[{"a":1},]}', '{"items":[{"a":1}]}}'];
for (const text of broken) {
  test(`refuses ${text === "" ? "nothing" : text}`, () => {
    assert.throws(() => split(text), isUnknown);
  });
}

test("holds no item that is larger than any object can be", () => {
  const splitter = createListSplitter(() => {});
  splitter.write(Buffer.from('{"items":[{"a":"'));
  const much = Buffer.alloc(1024 * 1024, "x");
  assert.throws(() => {
    for (let i = 0; i < 9; i += 1) splitter.write(much);
  }, isUnknown);
});

function isUnknown(error: unknown): boolean {
  return error instanceof KubeError && error.kind === "unknown";
}
