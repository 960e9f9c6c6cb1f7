import assert from "node:assert/strict";
import { test } from "node:test";
import { supportsPins } from "./pin-support.ts";

const containerd: Record<string, boolean> = {
  "1.6.20~ds1": false,
  "v1.6.21": false,
  "1.6.22": true,
  "v1.6.36": true,
  "1.7.0": false,
  "1.7.2": false,
  "v1.7.3": true,
  "1.7.11-k3s2": true,
  "v2.0.0-rc.1": true,
  "2.4.2+unknown": true,
  "0.9.9": false,
  "1.5.22": false,
  unknown: false,
  "": false,
};
for (const [version, supported] of Object.entries(containerd)) {
  test(`containerd "${version}" ${supported ? "honours pins" : "is not known to honour pins"}`, () => {
    assert.equal(supportsPins({ name: "containerd", version }), supported);
  });
}

test("no other runtime has pins by label", () => {
  assert.equal(supportsPins({ name: "cri-o", version: "1.33.0" }), false);
});
