import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakePins } from "../../test/keep/fake-pins.ts";
import { createLogLines } from "../../test/keep/log-lines.ts";
import { RuntimeError } from "../runtime/errors.ts";
import { unpinAll } from "./unpin.ts";

const { signal } = new AbortController();

test("takes every pin of ours away and says how many there were", async () => {
  const pins = createFakePins(["sha256:a", "sha256:b"]);
  assert.equal(await unpinAll(pins, createLogLines().log, signal), 2);
  assert.deepEqual([...pins.own], []);
});

test("is content where there is none", async () => {
  assert.equal(await unpinAll(createFakePins(), createLogLines().log, signal), 0);
});

test("does not count what was not ours any more", async () => {
  const pins = createFakePins(["sha256:a", "sha256:b"]);
  pins.refusals.set("sha256:a", "answers false");
  assert.equal(await unpinAll(pins, createLogLines().log, signal), 1);
});

test("takes the others away where one cannot be, and then fails", async () => {
  const pins = createFakePins(["sha256:a", "sha256:b"]);
  pins.refusals.set("sha256:a", "throws");
  const { log, lines } = createLogLines();
  await assert.rejects(unpinAll(pins, log, signal), {
    name: "RuntimeError",
    kind: "unknown",
    message: "1 of 2 pins cannot be taken away; the first: strange record",
  });
  assert.deepEqual([...pins.own], ["sha256:a"]);
  assert.deepEqual(lines, ["warn a pin cannot be taken away"]);
});

test("fails where the pins cannot be listed", async () => {
  const pins = createFakePins();
  pins.fail(new RuntimeError("connect ENOENT", { kind: "unavailable" }));
  await assert.rejects(unpinAll(pins, createLogLines().log, signal), { kind: "unavailable" });
});
