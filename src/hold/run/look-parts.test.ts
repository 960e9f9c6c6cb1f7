import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromotionDecision } from "../promotion/decide-promotion.ts";
import { mustKeepMode } from "./look-parts.ts";

const digest = `sha256:${"a".repeat(64)}`;
const failure = { kind: "unavailable", reason: "ErrImagePull", message: "503" } as const;

function keeps(mode: "containers" | "volumes", pinnedRef: string, failures = 0): boolean {
  const live = { mode, images: [{ name: "web", pinnedRef }], desired: 1, ready: 1 };
  const reports: PromotionDecision["reports"] = [
    {
      name: "web",
      ref: "example.com/web:v1",
      phase: failures > 0 ? "failing" : "unproven",
      heldRef: undefined,
      failure,
      failures,
      nextMs: undefined,
    },
  ];
  const decision = { reports } as Pick<PromotionDecision, "reports">;
  return mustKeepMode({ live }, mode === "volumes" ? "containers" : "volumes", decision);
}

test("another mode waits for what is held and cannot be tried just now, by whatever name it is held", () => {
  assert.equal(keeps("containers", "example.com/web:v1"), true);
  assert.equal(keeps("volumes", `example.com/web@${digest}`), true);
});

test("another mode waits for nothing that the live DaemonSet does not hold, or that fails of itself", () => {
  assert.equal(keeps("volumes", `example.com/other@${digest}`), false);
  assert.equal(keeps("volumes", `example.com/web@${digest}`, 1), false);
});
