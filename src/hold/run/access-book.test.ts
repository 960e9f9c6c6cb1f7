import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { recordAt } from "../../sources/json-parts.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { createAccessBook } from "./access-book.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
});
const { signal } = new AbortController();

function createBench() {
  const server = { isDown: false, denied: "" };
  const post = async (_: string, body: unknown) => {
    if (server.isDown) throw new KubeError("down", { kind: "unavailable" });
    const { verb, resource } = recordAt(recordAt(body, "spec"), "resourceAttributes");
    return { status: { allowed: `${verb} ${resource}` !== server.denied } };
  };
  const log = createLogger({ level: "info", format: "text", clock: createManualClock(), write: () => {} });
  return { server, book: createAccessBook({ post }, log) };
}

test("what was allowed stays allowed until the API server has answered again", async () => {
  const { server, book } = createBench();
  await book.ask(config, signal);
  book.doubt();
  assert.equal(book.has("update"), true);
  server.isDown = true;
  await assert.rejects(book.ask(config, signal));
  assert.equal(book.has("gates"), true);
});

test("what is doubted is asked for until there is an answer, and what was taken away is gone", async () => {
  const { server, book } = createBench();
  await book.ask(config, signal);
  book.doubt();
  server.isDown = true;
  await assert.rejects(book.ask(config, signal));
  server.isDown = false;
  server.denied = "patch pods";
  await book.ask(config, signal);
  assert.deepEqual([book.has("gates"), book.has("pods")], [false, true]);
});
