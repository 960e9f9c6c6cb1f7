import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ended, tallyFile } from "./tally.ts";

const file = "/x/a.test.ts";

function ended(name: string, nesting: number, more: Partial<Ended> = {}): Ended {
  return { name, nesting, passed: true, suite: false, skip: false, todo: false, durationMs: 1, ...more };
}

const failed = { passed: false, error: "boom", failureType: "testCodeFailure" };
const byChildren = { passed: false, error: "1 subtest failed", failureType: "subtestsFailed" };

const cases: Record<string, { ended: Ended[]; strict?: boolean; passed: number; failures: string[] }> = {
  "leaf tests count": { ended: [ended("a", 0), ended("b", 0, failed)], passed: 1, failures: ["b"] },
  "suites do not count": {
    ended: [ended("a", 1), ended("b", 1), ended("suite", 0, { suite: true })],
    passed: 2,
    failures: [],
  },
  "a test with subtests does not count beside them": {
    ended: [ended("a", 1), ended("b", 1, failed), ended("parent", 0, byChildren), ended("c", 0)],
    passed: 2,
    failures: ["parent › b"],
  },
  "a suite that fails by its hook counts": {
    ended: [ended("a", 1), ended("suite", 0, { ...failed, suite: true, failureType: "hookFailed" })],
    passed: 1,
    failures: ["suite"],
  },
  "names lead through all suites, and a later suite starts anew": {
    ended: [
      ended("a", 2, failed),
      ended("inner", 1, { ...byChildren, suite: true }),
      ended("outer", 0, { ...byChildren, suite: true }),
      ended("b", 1, failed),
      ended("second", 0, { ...byChildren, suite: true }),
    ],
    passed: 0,
    failures: ["outer › inner › a", "second › b"],
  },
  "a skipped test counts as nothing": { ended: [ended("a", 0, { skip: true })], passed: 0, failures: [] },
  "a failing test that is to be done counts as nothing": {
    ended: [ended("a", 0, { ...failed, todo: true })],
    passed: 0,
    failures: [],
  },
  "when strict, both are failures": {
    ended: [ended("a", 0, { skip: true }), ended("b", 0, { todo: true }), ended("c", 0)],
    strict: true,
    passed: 1,
    failures: ["a", "b"],
  },
  "a file without tests is a failure": { ended: [ended(file, 0)], passed: 0, failures: [file] },
  "a file that reports nothing is a failure": { ended: [], passed: 0, failures: [file] },
};
for (const [name, expected] of Object.entries(cases)) {
  test(name, () => {
    const tally = tallyFile(file, expected.ended, expected.strict ?? false);
    assert.equal(tally.passed, expected.passed);
    assert.deepEqual(
      tally.failures.map((failure) => failure.name),
      expected.failures,
    );
  });
}

test("the slowest leaf comes first", () => {
  const { slowest } = tallyFile(file, [ended("a", 0), ended("b", 0, { durationMs: 9 })], false);
  assert.deepEqual(
    slowest.map(({ name }) => name),
    ["b", "a"],
  );
});
