import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { slotGate } from "../objects/names.ts";
import { parsePodView } from "../promotion/pod-view.ts";
import { createSlotGiver } from "./slot-giver.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
});

function podOf(name: string, isGated: boolean) {
  const pod = parsePodView({
    metadata: { name, uid: name },
    spec: isGated ? { schedulingGates: [{ name: slotGate }] } : {},
    status: { phase: isGated ? "Pending" : "Failed" },
  });
  assert.ok(pod);
  return pod;
}

test("pods that are others now need not rest for those that failed before", async () => {
  const ungated: string[] = [];
  const pods = {
    create: async () => {},
    createDry: async () => ({}),
    delete: async () => {},
    ungate: async ({ name }: { readonly name: string }) => ungated.push(name) > 0,
  };
  const log = createLogger({ level: "info", format: "text", clock: createManualClock(), write: () => {} });
  const slots = createSlotGiver(pods, log);
  const give = (...seen: readonly ReturnType<typeof podOf>[]) =>
    slots.give(config, { pods: seen, nodes: undefined, targets: 3, nowMs: 1 }, new AbortController().signal);
  await give(podOf("a", true));
  await give(podOf("a", false), podOf("b", true));
  await give(podOf("b", false), podOf("c", true));
  assert.deepEqual(ungated, ["a", "b"], "after two failures there is a rest");
  slots.renew();
  await give(podOf("c", true));
  assert.deepEqual(ungated, ["a", "b", "c"]);
});
