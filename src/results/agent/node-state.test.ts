import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import type { AgentStatus } from "../agent-status.ts";
import { decideNodeState, hasAllImages, type NodeState } from "./node-state.ts";

const image = (state = {}) => imageStatus("a:1", [fleet("a")], state);
const there = image(present("sha256:1"));
const waiting = { name: "fleets", state: "waiting", detail: undefined, images: 0 } as const;
const request = { ref: "Bad", where: "f:1", owner: undefined, placement: undefined, pullSecrets: [] };

const cases: Record<string, readonly [AgentStatus | undefined, NodeState, boolean]> = {
  "is pending before the first turn": [undefined, "pending", false],
  "is pending while a source has not spoken": [
    agentStatus([there], { sources: [waiting] }),
    "pending",
    false,
  ],
  "is pending until the runtime has listed its images": [
    agentStatus([there], { listedMs: undefined }),
    "pending",
    false,
  ],
  "is pending until it is known which images are for this node": [
    agentStatus([], { complete: false }),
    "pending",
    false,
  ],
  "is pending while an image is on its way again that was deleted": [
    agentStatus([there, image({ phase: "pulling", tried: true })]),
    "pending",
    false,
  ],
  "is failed while an image is tried again that failed": [
    agentStatus([there, image({ ...failed(), phase: "pulling" })]),
    "failed",
    false,
  ],
  "is pending until each image was tried": [agentStatus([there, image()]), "pending", false],
  "is failed when all were tried and one is missing": [
    agentStatus([there, image(failed())]),
    "failed",
    false,
  ],
  "is failed when one is held back": [
    agentStatus([there, image({ phase: "held-back", reason: "DiskFloor" })]),
    "failed",
    false,
  ],
  "is failed, and waits for nothing, when a request names no image": [
    agentStatus([there], { rejected: [{ request, reason: "upper case" }] }),
    "failed",
    true,
  ],
  "is ready when all are present": [agentStatus([there]), "ready", true],
  "is ready when nothing is desired": [agentStatus([]), "ready", true],
  "stays ready when a source cannot hear of changes": [
    agentStatus([there], { sources: [{ ...waiting, state: "failing" }], complete: false }),
    "ready",
    true,
  ],
};
for (const [name, [status, state, hasAll]] of Object.entries(cases)) {
  test(name, () => assert.deepEqual([decideNodeState(status), hasAllImages(status)], [state, hasAll]));
}
