import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { createKwokNode, decideSurplus, kwokMark, parseKwokArguments } from "./kwok-nodes.ts";
import { renderKwokStages } from "./kwok-stages.ts";

test("one number of nodes is taken, and everything else refused with what to write", () => {
  assert.equal(parseKwokArguments(["48"]), 48);
  assert.equal(parseKwokArguments(["0"]), 0);
  for (const args of [[], ["-1"], ["1001"], ["4x"], ["1", "2"], [""]])
    assert.throws(() => parseKwokArguments(args), /use lab\/kwok N/);
});

test("a simulated node bears the mark as annotation, label and taint", () => {
  const node = createKwokNode(7) as {
    metadata: { name: string; labels: object; annotations: object };
    spec: { taints: object[] };
  };
  assert.equal(node.metadata.name, "kwok7");
  assert.deepEqual(node.metadata.annotations, { [kwokMark.key]: kwokMark.value });
  assert.deepEqual(node.spec.taints, [{ ...kwokMark, effect: "NoSchedule" }]);
});

test("nodes beyond the number are surplus, in whatever order they are listed", () => {
  assert.deepEqual(decideSurplus(["kwok10", "kwok2", "kwok1", "kwok3"], 2), ["kwok10", "kwok3"]);
  assert.deepEqual(decideSurplus(["kwok1"], 2), []);
});

test("kwok's configuration is YAML with stages of nodes and pods", () => {
  const stages = parseAllDocuments(renderKwokStages()).map((document) => document.toJS());
  assert.deepEqual(
    stages.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ["Stage node-ready", "Stage pod-ready", "Stage pod-delete"],
  );
});
