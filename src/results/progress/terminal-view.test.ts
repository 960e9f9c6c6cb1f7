import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageProgress, ProgressState } from "./state.ts";
import { createTerminalView } from "./terminal-view.ts";

/** What a person sees: knows line breaks, wrapping, and the three sequences that the view may use. */
function createScreen(size: { columns: number; rows: number }) {
  let lines = [""];
  let row = 0;
  const put = (text: string) => {
    if (text === "\n") {
      row += 1;
      lines[row] ??= "";
    } else if (text.endsWith("A")) row -= Number(text.slice(2, -1));
    else if (text === "\u001b[J") lines = [...lines.slice(0, row), ""];
    else if (text !== "\r") lines[row] += text;
  };
  return {
    write(text: string) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it reads what a terminal reads
      for (const [token] of text.matchAll(/\u001b\[\d*[A-Za-z]|[^\u001b]/gu)) put(token);
    },
    /** As terminals do: what no longer fits goes on in the next row. */
    resize(columns: number) {
      size.columns = columns;
      const cursorAtEnd = row === lines.length - 1;
      lines = lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
      assert.ok(cursorAtEnd);
      row = lines.length - 1;
    },
    text: () => lines.join("\n"),
  };
}

function stateOf(...refs: string[]): ProgressState {
  const phase = { kind: "pulling", startedMs: 0, attempt: 1 } as const;
  return { startedMs: 0, images: refs.map((ref): ImageProgress => ({ ref, phase })) };
}

function start(size = { columns: 60, rows: 10 }) {
  const screen = createScreen(size);
  const writes: string[] = [];
  const view = createTerminalView({
    write: (text) => {
      writes.push(text);
      screen.write(text);
    },
    columns: () => size.columns,
    rows: () => size.rows,
    clock: { nowMs: () => 7000 },
  });
  return { screen, view, writes };
}

test("a new state is painted over the last one, each in one write", () => {
  const { screen, view, writes } = start();
  view.update(stateOf("a", "b", "c"));
  view.update(stateOf("b"));
  assert.equal(screen.text(), "b      0:07\n0 of 1 images  0:07\n");
  assert.equal(writes.length, 2);
});

test("a line of the log stays above the view", () => {
  const { screen, view } = start();
  view.log("before");
  view.update(stateOf("a"));
  view.log("first");
  view.log("second");
  assert.equal(screen.text(), "before\nfirst\nsecond\na      0:07\n0 of 1 images  0:07\n");
});

test("closing leaves what was there before and the log, and nothing is painted after it", () => {
  const { screen, view } = start();
  screen.write("$ prestow fetch\n");
  view.update(stateOf("a", "b"));
  view.log("said");
  view.close();
  view.update(stateOf("c"));
  view.close();
  assert.equal(screen.text(), "$ prestow fetch\nsaid\n");
  view.log("after");
  assert.equal(screen.text(), "$ prestow fetch\nsaid\nafter\n");
});

test("a view that painted nothing writes nothing when it closes", () => {
  const { view, writes } = start();
  view.close();
  assert.deepEqual(writes, []);
});

test("after the terminal became narrower, the wrapped rows are erased, too", () => {
  const { screen, view } = start();
  screen.write("above\n");
  view.update(stateOf("a-name-of-some-length:1", "b"));
  screen.resize(20);
  view.update(stateOf("b"));
  assert.equal(screen.text(), "above\nb      0:07\n0 of 1 images  0:07\n");
});

test("the view leaves a row for the cursor", () => {
  const { screen, view } = start({ columns: 60, rows: 4 });
  view.update(stateOf("a", "b", "c", "d"));
  assert.equal(screen.text(), "a      0:07\n… and 3 more\n0 of 4 images  0:07\n");
});

test("a terminal that does not tell its size is taken for 80 by 24", () => {
  const { screen, view } = start({ columns: 0, rows: 0 });
  view.update(stateOf("a"));
  assert.match(screen.text(), /^a +0:07\n/);
});

test("a name or a log line from outside moves no cursor", () => {
  const { view, writes } = start();
  view.update(stateOf("a\u001b[2J\r\n"));
  view.log("\u001b[31mred\r");
  view.close();
  const written = writes.join("");
  for (const bad of ["\u001b[2J", "\u001b[31m", "\r\n", "red\r"]) assert.ok(!written.includes(bad), bad);
  assert.ok(written.includes("\\x1b[31mred\\x0d\n"));
});
