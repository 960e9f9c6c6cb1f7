import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { node } from "../../../test/hold-cluster/controller.ts";
import { createLogger } from "../../lib/log.ts";
import { recordAt, textAt } from "../../sources/json-parts.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { type PodView, parsePodView } from "../promotion/pod-view.ts";
import { parseHoldNode } from "./hold-node.ts";
import { createModeChooser } from "./mode-chooser.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
  MODE: "auto",
});

test("a kind of node that went while it was asked has its whole time when it is back", async () => {
  const clock = createManualClock();
  const probes = new Map<string, PodView>();
  const pods = {
    async create(pod: object) {
      const name = textAt(recordAt(pod, "metadata"), "name") ?? "";
      const view = parsePodView({ ...pod, metadata: { ...recordAt(pod, "metadata"), uid: name } });
      assert.ok(view);
      probes.set(name, view);
    },
    createDry: async (pod: unknown) => pod,
    delete: async ({ name }: { readonly name: string }) => void probes.delete(name),
    ungate: async () => true,
  };
  const log = createLogger({ level: "info", format: "text", clock, write: () => {} });
  const chooser = createModeChooser({ pods, classify: () => "unknown", clock, log });
  const target = parseHoldNode(node("a"));
  assert.ok(target);
  const choose = async (isThere: boolean) => {
    const input = {
      config,
      canProbe: true,
      surroundings: { pauseImage: "example.com/prestow:1", openShift: false },
      ownerUid: "uid",
      live: undefined,
      targets: isThere ? [target] : [],
      probes: [...probes.values()],
    };
    return (await chooser.choose(input, new AbortController().signal)).mode;
  };
  await choose(true);
  assert.equal(probes.size, 1);
  await choose(false);
  await choose(false);
  assert.equal(probes.size, 0, "a probe that nobody waits for is removed");
  await clock.advance(200_000);
  await choose(true);
  assert.deepEqual([await choose(true), probes.size], [undefined, 1]);
});
