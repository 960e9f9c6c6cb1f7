import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { deployment } from "../../../test/hold-cluster/controller.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { createGatherer } from "./gather.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
});

test("no permission is asked for before the Role is seen to be in force", async () => {
  const clock = createManualClock();
  const log = createLogger({ level: "info", format: "text", clock, write: () => {} });
  let asked = 0;
  let isForbidden = true;
  const gatherer = createGatherer({
    client: {
      get: async (path) => {
        await setImmediate();
        if (isForbidden) throw new KubeError("the server has just started", { kind: "forbidden" });
        if (path.includes("route")) throw new KubeError("no group", { kind: "not-found" });
        return deployment();
      },
    },
    access: {
      has: () => false,
      doubt: () => {},
      ask: async () => {
        asked += 1;
      },
    },
    clock,
    log,
  });
  const { signal } = new AbortController();
  await assert.rejects(gatherer.facts(config, signal));
  assert.equal(asked, 0);
  isForbidden = false;
  await gatherer.facts(config, signal);
  assert.equal(asked, 1);
});

test("the image that a Deployment is to have next is not given to pods by who runs the one before", async () => {
  const clock = createManualClock();
  const log = createLogger({ level: "info", format: "text", clock, write: () => {} });
  let live = deployment();
  const gatherer = createGatherer({
    client: {
      get: async (path) => {
        if (path.includes("route")) throw new KubeError("no group", { kind: "not-found" });
        return live;
      },
    },
    access: { has: () => true, doubt: () => {}, ask: async () => {} },
    clock,
    log,
  });
  const { signal } = new AbortController();
  const imageOf = async () => {
    await clock.advance(3_600_000);
    const { facts } = await gatherer.facts(config, signal);
    return facts.deployment === "gone" ? undefined : [facts.deployment.image, facts.deployment.replicas];
  };
  assert.deepEqual(await imageOf(), ["example.com/prestow:1", 1]);
  const containers = [{ name: "puller", image: "example.com/prestow:typo" }];
  live = deployment({ replicas: 2, template: { spec: { containers } } });
  assert.deepEqual(await imageOf(), ["example.com/prestow:1", 2]);
});
