import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeadingClient } from "./leading-client.ts";

test("who leads no more writes nothing, in the middle of a look too", async () => {
  let isLeading = true;
  const calls: string[] = [];
  const call = (verb: string) => async () => void calls.push(verb);
  const client = createLeadingClient(
    { get: call("get"), post: call("post"), put: call("put"), patch: call("patch"), delete: call("delete") },
    { isLeader: () => isLeading },
  );
  const bounds = { timeoutMs: 1000 };
  await client.put("/a", {}, bounds);
  isLeading = false;
  await client.get("/a", bounds);
  await assert.rejects(client.put("/a", {}, bounds), /leads no more/);
  await assert.rejects(client.post("/a", {}, bounds), /leads no more/);
  await assert.rejects(client.delete("/a", bounds), /leads no more/);
  await assert.rejects(client.patch("/a", {}, { type: "json" }, bounds), /leads no more/);
  assert.deepEqual(calls, ["put", "get"]);
});
