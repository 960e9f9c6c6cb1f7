import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { parseRuntimeVersion, readCriVersion } from "./cri-probe.ts";

test("the runtime's version is found among the other fields", () => {
  const response = new BinaryWriter();
  for (const [index, text] of ["0.1.0", "containerd", "2.4.2", "v1"].entries()) {
    response.uint32(((index + 1) << 3) | 2).string(text);
  }
  assert.equal(parseRuntimeVersion(response.finish()), "2.4.2");
  assert.equal(parseRuntimeVersion(new Uint8Array()), "");
});

test("a socket that is not there is an error at once", async () => {
  await assert.rejects(readCriVersion("/nonexistent/containerd.sock", 5_000), { code: 14 });
});
