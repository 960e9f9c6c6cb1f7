import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEndpoint } from "./endpoint.ts";

const good: Record<string, [string, number]> = {
  "metrics:8443": ["metrics", 8443],
  "my-images-metrics.prefetch.svc.cluster.local:8443": ["my-images-metrics.prefetch.svc.cluster.local", 8443],
  "metrics.example.:1": ["metrics.example.", 1],
  "10.0.0.1:65535": ["10.0.0.1", 65535],
  "[::1]:8443": ["::1", 8443],
  "[fe80::1%eth0]:8443": ["fe80::1%eth0", 8443],
};
for (const [text, [host, port]] of Object.entries(good)) {
  test(`${text} is an endpoint`, () => assert.deepEqual(parseEndpoint(text), { host, port }));
}

const bad = [
  "",
  "metrics",
  ":8443",
  "metrics:",
  "metrics:0",
  "metrics:65536",
  "::1:8443",
  "http://metrics:80",
];
for (const text of [...bad, "a b:1", "[::1]", "metrics:84x", "-x:1", "a/b:1", `${"a".repeat(400)}:1`]) {
  test(`"${text.slice(0, 20)}" is none, and the flag is named`, () => {
    assert.throws(() => parseEndpoint(text), {
      name: "ConfigError",
      message: /^--metrics-endpoint: .*host:port/,
    });
  });
}
