import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/config-error.ts";
import { type MetricsAddress, parseMetricsAddress } from "./metrics-address.ts";

const good: Record<string, MetricsAddress | undefined> = {
  "0.0.0.0:8095": { host: "0.0.0.0", port: 8095 },
  ":8095": { host: undefined, port: 8095 },
  "[::1]:80": { host: "::1", port: 80 },
  "localhost:0": { host: "localhost", port: 0 },
  "0": undefined,
  "": undefined,
};
for (const [text, expected] of Object.entries(good)) {
  test(`reads "${text}"`, () => assert.deepEqual(parseMetricsAddress(text), expected));
}

for (const text of [
  "8095",
  "host",
  "host:",
  "host:70000",
  "::1:80",
  "a b:1",
  "http://a:1",
  "x".repeat(400),
]) {
  test(`refuses "${text.slice(0, 20)}" and names the flag`, () => {
    assert.throws(
      () => parseMetricsAddress(text),
      (error: Error) => {
        return error instanceof ConfigError && error.message.startsWith("--metrics-bind-address: ");
      },
    );
  });
}
