import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMemory, parseQuantity } from "./quantity.ts";
import { parseResources } from "./resources.ts";

const numbers: Record<string, number> = {
  "20m": 0.02,
  "1": 1,
  ".5": 0.5,
  "1.5": 1.5,
  "2.": 2,
  "16Mi": 2 ** 24,
  "1k": 1000,
  "1Gi": 2 ** 30,
  "1e3": 1000,
  "5E-1": 0.5,
  "2E": 2e18,
};
for (const [text, value] of Object.entries(numbers)) {
  test(`reads the quantity ${text}`, () =>
    assert.ok(Math.abs(parseQuantity("--x", text) - value) <= value * 1e-12));
}

for (const text of ["", "a", "1 ", "-1", "+1", "1mi", "1MiB", "1e", "0", "0m", "1,5", "١", "9".repeat(40)]) {
  test(`refuses the quantity ${JSON.stringify(text)} in one line that names the flag`, () =>
    assert.throws(() => parseQuantity("--x", text), { name: "ConfigError", message: /^--x: ".*$/ }));
}

test("refuses memory in thousandths of a byte, which is meant as mebibytes", () => {
  assert.throws(() => parseMemory("--x", "256m"), { name: "ConfigError", message: /write Mi for mebibytes/ });
  assert.equal(parseMemory("--x", "256M"), 256e6);
});

const four = { cpuRequest: "20m", memoryRequest: "16Mi", cpuLimit: "1", memoryLimit: "256Mi" };

test("puts requests and limits together as they were written", () => {
  assert.deepEqual(parseResources("fetch", four), {
    requests: { cpu: "20m", memory: "16Mi" },
    limits: { cpu: "1", memory: "256Mi" },
  });
});

test("leaves out what is empty", () => {
  assert.deepEqual(parseResources("fetch", { ...four, cpuLimit: "" }).limits, { memory: "256Mi" });
  assert.deepEqual(
    parseResources("fetch", { cpuRequest: "", memoryRequest: "", cpuLimit: "", memoryLimit: "" }),
    {},
  );
});

test("refuses a request over its limit, as the API server would", () => {
  assert.throws(() => parseResources("sleep", { ...four, memoryRequest: "1Gi" }), {
    name: "ConfigError",
    message: '--sleep-memory-request: "1Gi" is more than --sleep-memory-limit "256Mi"',
  });
});
