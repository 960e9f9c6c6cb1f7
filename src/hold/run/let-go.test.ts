import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { parseHoldConfig } from "../config/parse-hold-config.ts";
import { letGo } from "./let-go.ts";

const config = parseHoldConfig({
  DEPLOYMENT_NAME: "puller",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=web:1",
});
const owner = (name: string) => ({ kind: "Deployment", name, uid: `${name}-uid` });

/** Which paths are deleted where the Deployment is gone. */
async function listDeleted(ownerReferences: readonly object[]): Promise<string[]> {
  const deleted: string[] = [];
  const nothing = async () => ({});
  const client = {
    get: async (path: string) => {
      if (path.includes("/daemonsets/")) return { metadata: { name: "d", uid: "1", ownerReferences } };
      throw new KubeError("gone", { kind: "not-found" });
    },
    post: nothing,
    put: nothing,
    patch: nothing,
    delete: async (path: string) => {
      deleted.push(path);
      return {};
    },
  };
  const log = createLogger({ level: "info", format: "text", clock: createManualClock(), write: () => {} });
  const tools = { client, leader: { isLeader: () => true }, source: { current: () => config }, log };
  await letGo(tools, { probes: [], ownerUid: undefined });
  return deleted;
}

test("a DaemonSet of the Deployment that is gone is deleted", async () => {
  assert.equal((await listDeleted([owner("puller")])).length, 1);
});

test("a DaemonSet that somebody else made, or has taken over, is left alone", async () => {
  assert.deepEqual(await listDeleted([]), []);
  assert.deepEqual(await listDeleted([owner("other")]), []);
  assert.deepEqual(await listDeleted([owner("puller"), owner("other")]), []);
});
