import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { parseRuntimeTarget } from "./runtime-target.ts";

test("takes a path, the same behind unix://, and host:port", () => {
  const path = "/run/containerd/containerd.sock";
  assert.deepEqual(parseRuntimeTarget(path, "--cri-socket"), { path });
  assert.deepEqual(parseRuntimeTarget(`unix://${path}`, "CONN_TARGET"), { path });
  assert.deepEqual(parseRuntimeTarget("localhost:1234", "CONN_TARGET"), { host: "localhost", port: 1234 });
  assert.deepEqual(parseRuntimeTarget("10.0.0.1:1", "CONN_TARGET"), { host: "10.0.0.1", port: 1 });
  assert.deepEqual(parseRuntimeTarget("[::1]:65535", "CONN_TARGET"), { host: "::1", port: 65_535 });
  assert.deepEqual(parseRuntimeTarget("dns:///localhost:1", "CONN_TARGET"), { host: "localhost", port: 1 });
});

const refused = ["", " ", "run/x.sock", "unix://run/x.sock", "http://h:1", "host", "h:0", "h:65536", "::1:1"];
for (const text of [...refused, "unix://localhost:1", `/${"x".repeat(107)}`, "/a\0b"]) {
  test(`refuses ${JSON.stringify(text.slice(0, 20))} and names what it was given by`, () => {
    const refuse = () => parseRuntimeTarget(text, "CONN_TARGET");
    assert.throws(refuse, (error) => error instanceof ConfigError && /^CONN_TARGET: "/.test(error.message));
  });
}

test("refuses Docker's socket and names that of cri-dockerd", () => {
  for (const text of ["/var/run/docker.sock", "unix:///run/docker.sock", "/var/run//docker.sock"]) {
    assert.throws(
      () => parseRuntimeTarget(text, "--cri-socket"),
      /^ConfigError: --cri-socket: .*cri-dockerd\.sock/,
    );
  }
});

test("takes cri-dockerd's socket", () => {
  const path = "/var/run/cri-dockerd.sock";
  assert.deepEqual(parseRuntimeTarget(path, "--cri-socket"), { path });
});
