import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProcessMemory, readProcessMemory } from "./process-memory.ts";

test("memory is read from the status of a process, in bytes", () => {
  const status =
    "Name:\tnode\nVmHWM:\t   60000 kB\nVmRSS:\t   50000 kB\nRssAnon:\t   16000 kB\nThreads:\t7\n";
  assert.deepEqual(parseProcessMemory(status), {
    residentBytes: 51_200_000,
    peakResidentBytes: 61_440_000,
    anonymousBytes: 16_384_000,
  });
});

test("a process that has ended has no memory", () => {
  assert.equal(parseProcessMemory("Name:\tnode\nState:\tZ (zombie)\n"), undefined);
  assert.equal(readProcessMemory(2 ** 30), undefined);
});

test("this process has some", () => {
  const memory = readProcessMemory(process.pid);
  assert.ok(memory !== undefined && memory.residentBytes > memory.anonymousBytes);
  assert.ok(memory.peakResidentBytes >= memory.residentBytes);
});
