import assert from "node:assert/strict";
import { test } from "node:test";
import { decideStall, noDownloads } from "./stall.ts";

const a = (offsetBytes: number) => ({ digest: "sha256:a", offsetBytes });
const b = (offsetBytes: number) => ({ digest: "sha256:b", offsetBytes });

test("calls a download stalled that stood for the whole timeout", () => {
  const first = decideStall(noDownloads, [a(5)], 0, 1000);
  assert.equal(decideStall(first.state, [a(5)], 999, 1000).stalled, undefined);
  assert.deepEqual(decideStall(first.state, [a(5)], 1000, 1000).stalled, a(5));
});

test("starts the timeout anew when the offset moves", () => {
  const first = decideStall(noDownloads, [a(5)], 0, 1000);
  const second = decideStall(first.state, [a(6)], 900, 1000);
  assert.equal(second.moved, true);
  assert.equal(decideStall(second.state, [a(6)], 1800, 1000).stalled, undefined);
});

test("finds the one download that hangs while another moves", () => {
  const first = decideStall(noDownloads, [a(5), b(1)], 0, 1000);
  const verdict = decideStall(first.state, [a(5), b(2)], 1000, 1000);
  assert.deepEqual([verdict.stalled, verdict.moved], [a(5), true]);
});

test("never calls an image stalled that has no open download", () => {
  const first = decideStall(noDownloads, [a(5)], 0, 1000);
  const verdict = decideStall(first.state, [], 1_000_000, 1000);
  assert.deepEqual([verdict.stalled, verdict.moved], [undefined, true]);
  assert.equal(decideStall(verdict.state, [], 2_000_000, 1000).moved, false);
});

test("counts a download that another pull took over and lost as a new one", () => {
  const first = decideStall(noDownloads, [a(5)], 0, 1000);
  const gone = decideStall(first.state, [], 500, 1000);
  assert.equal(decideStall(gone.state, [a(5)], 1200, 1000).stalled, undefined);
});
