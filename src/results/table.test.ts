import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Column, cutMiddle, renderTable } from "./table.ts";

interface Row {
  readonly image: string;
  readonly size: string;
  readonly outcome: string;
}

const columns: Column<Row>[] = [
  { title: "IMAGE", cell: (row) => row.image, shrink: true },
  { title: "SIZE", cell: (row) => row.size, align: "right" },
  { title: "OUTCOME", cell: (row) => row.outcome },
];
const rows: Row[] = [
  { image: "nginx:1", size: "21.0 MB", outcome: "pulled" },
  { image: "registry.example.com/a/long/name:v1", size: "512 B", outcome: "" },
];

test("columns are aligned, numbers at the right, and lines have no blanks at their end", () => {
  assert.deepEqual(renderTable(rows, columns), [
    "IMAGE                                   SIZE  OUTCOME",
    "nginx:1                              21.0 MB  pulled",
    "registry.example.com/a/long/name:v1    512 B",
  ]);
});

test("with a width, a long name is cut in its middle", () => {
  assert.deepEqual(renderTable(rows, columns, { width: 40 }), [
    "IMAGE                      SIZE  OUTCOME",
    "nginx:1                 21.0 MB  pulled",
    "registry.e…ong/name:v1    512 B",
  ]);
});

test("a width that is large enough changes nothing", () => {
  assert.deepEqual(renderTable(rows, columns, { width: 100 }), renderTable(rows, columns));
});

test("a table without rows is its titles", () => {
  assert.deepEqual(renderTable([], columns), ["IMAGE  SIZE  OUTCOME"]);
});

test("a name keeps at least twelve characters, however narrow the terminal", () => {
  assert.match(renderTable(rows, columns, { width: 1 })[2] ?? "", /^regis…ame:v1 /);
});

test("a cut text has the width asked for and keeps both ends", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.nat(60), (text, width) => {
      const cut = cutMiddle(text, width);
      return cut.length === Math.min(text.length, width) && (width < 3 || cut[0] === text[0]);
    }),
  );
});
