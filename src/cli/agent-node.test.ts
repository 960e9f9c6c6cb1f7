import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeError } from "../kube/errors.ts";
import type { InformerState } from "../kube/informed.ts";
import { systemClock } from "../lib/clock.ts";
import { createLogger } from "../lib/log.ts";
import type { NodeFacts } from "../plan/pod-placement.ts";
import { createNodeView } from "./agent-node.ts";

function setup() {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "info", format: "json", clock: systemClock, write });
  const objects = new Map<string, NodeFacts>();
  let change = () => {};
  const informer = {
    state: "starting" as InformerState,
    lastError: undefined as Error | undefined,
    objects,
    run(onChange: () => void, signal: AbortSignal) {
      change = onChange;
      return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  };
  const view = createNodeView({ name: "n", informer }, log);
  return { view, informer, objects, lines, change: () => change() };
}

const facts = (): NodeFacts => ({ name: "n", labels: { a: "b" }, taints: [], diskPressure: false });

test("a node is waited for until it was first heard of", () => {
  const { view, informer, objects } = setup();
  assert.equal(view.known(), "waiting");
  informer.state = "synced";
  objects.set("n", facts());
  assert.deepEqual(view.known(), facts());
});

test("a sign of life that changes nothing makes no new facts, a change does", () => {
  const { view, informer, objects } = setup();
  informer.state = "synced";
  objects.set("n", facts());
  const before = view.known();
  objects.set("n", facts());
  assert.equal(view.known(), before);
  objects.set("n", { ...facts(), diskPressure: true });
  assert.notEqual(view.known(), before);
});

test("who may not watch the node goes on without it, and says so once with the rule to add", async () => {
  const { view, informer, lines, change } = setup();
  const stop = new AbortController();
  const running = view.run?.(() => {}, stop.signal);
  informer.state = "failing";
  informer.lastError = new KubeError("nodes is forbidden", { kind: "forbidden", status: 403 });
  change();
  change();
  assert.equal(view.known(), undefined);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /"warn".*\bnodes\b.*list.*watch/);
  stop.abort();
  await running;
});

test("without a node there is nothing to wait for", () => {
  const view = createNodeView(
    undefined,
    createLogger({ level: "info", format: "json", clock: systemClock, write() {} }),
  );
  assert.equal(view.known(), undefined);
  assert.equal(view.run, undefined);
});
