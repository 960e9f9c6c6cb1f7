import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { agentStatus, failed, fleet, imageStatus, present } from "../../../test/telling/agent-status.ts";
import { createLogger } from "../../lib/log.ts";
import type { ImageOwner } from "../../sources/source.ts";
import type { AgentStatus, ImageStatus } from "../agent-status.ts";
import { createOwnerLog } from "./owner-log.ts";

const a = fleet("a");
const one = `sha256:${"1".repeat(64)}`;
const two = `sha256:${"2".repeat(64)}`;

function createBench(isDesired?: (owner: ImageOwner) => boolean) {
  const lines: object[] = [];
  const write = (line: string) => {
    const { time, level, ...fields } = JSON.parse(line);
    assert.ok(time && level === "info");
    lines.push(fields);
  };
  const log = createLogger({ level: "info", format: "json", clock: createManualClock(), write });
  const observer = createOwnerLog(log, isDesired);
  /** What is said of one status. */
  const hear = (images: readonly ImageStatus[], changed?: Partial<AgentStatus>) => {
    lines.length = 0;
    observer.status?.(agentStatus(images, changed));
    return [...lines];
  };
  return { hear };
}

const image = (state: Partial<ImageStatus>, ...owners: ImageOwner[]) =>
  imageStatus("reg.io/game:1", owners.length === 0 ? [a] : owners, state);
const synced = (imageId: string) => ({
  msg: "fleet synced",
  fleet: "a",
  image: "reg.io/game:1",
  ref: imageId,
});
const already = { msg: "image already present", fleet: "a", image: "reg.io/game:1" };

test("says that a Fleet is synced when its image was pulled, and then nothing more", () => {
  const { hear } = createBench();
  assert.deepEqual(hear([image({ phase: "pulling" })]), []);
  assert.deepEqual(hear([image(failed())]), []);
  assert.deepEqual(hear([image(present(one, true))]), [synced(one)]);
  assert.deepEqual(hear([image(present(one, true))]), []);
});

test("says once that an image was there as the Fleet came", () => {
  const { hear } = createBench();
  assert.deepEqual(hear([image(present(one))]), [already]);
  assert.deepEqual(hear([image(present(one))]), []);
});

test("says that an image was there to a second Fleet, though it was pulled for the first", () => {
  const { hear } = createBench();
  hear([image({})]);
  hear([image(present(one, true))]);
  const said = hear([image(present(one, true), a, fleet("b"))]);
  assert.deepEqual(said, [{ ...already, fleet: "b" }]);
});

test("says synced for an image whose whole pull fell between two turns", () => {
  const { hear } = createBench();
  hear([]);
  assert.deepEqual(hear([image(present(one, true))]), [synced(one)]);
});

test("says synced again when a deleted image was repaired, and when a tag has moved", () => {
  const { hear } = createBench();
  hear([image(present(one))]);
  hear([image({})]);
  assert.deepEqual(hear([image(present(one, true))]), [synced(one)]);
  assert.deepEqual(hear([image(present(two, true))]), [synced(two)]);
});

test("says a line for the new image of an updated Fleet and none for the old one", () => {
  const { hear } = createBench();
  hear([image(present(one))]);
  const update = (state: Partial<ImageStatus>) => [imageStatus("reg.io/game:2", [a], state)];
  assert.deepEqual(hear(update({})), []);
  assert.deepEqual(hear(update(present(two, true))), [{ ...synced(two), image: "reg.io/game:2" }]);
  // Back to the first one: it is still there.
  assert.deepEqual(hear([image(present(one))]), [already]);
});

test("says once what two containers of one Fleet share", () => {
  const { hear } = createBench();
  assert.deepEqual(hear([image(present(one), a, a)]), [already]);
});

test("says that a Fleet is deleted, once, and starts afresh when it comes again", () => {
  const { hear } = createBench();
  hear([image(present(one))]);
  assert.deepEqual(hear([]), [{ msg: "fleet a deleted" }]);
  assert.deepEqual(hear([]), []);
  assert.deepEqual(hear([image(present(one))]), [already]);
});

test("says nothing of a deletion while the source cannot hear of changes", () => {
  const { hear } = createBench();
  hear([image(present(one))]);
  const source = { name: "fleets", state: "failing", detail: undefined, images: 0 } as const;
  assert.deepEqual(hear([], { sources: [source] }), []);
  assert.deepEqual(hear([]), [{ msg: "fleet a deleted" }]);
});

test("does not call a Fleet deleted that only wants nothing of this node any more", () => {
  const { hear } = createBench((owner) => owner.name === "a");
  hear([image(present(one))]);
  assert.deepEqual(hear([]), [{ msg: "no image is desired on this node any more", fleet: "a" }]);
});

test("names kind, namespace and name of other workloads", () => {
  const { hear } = createBench();
  const web = { kind: "Deployment", namespace: "shop", name: "web" };
  const sources = [{ name: "workloads", state: "synced", detail: undefined, images: 1 } as const];
  hear([image({}, web)], { sources });
  const said = hear([image(present(one, true), web)], { sources });
  assert.deepEqual(said, [{ msg: "workload synced", ...web, image: "reg.io/game:1", ref: one }]);
  assert.deepEqual(hear([], { sources }), [{ msg: "workload deleted", ...web }]);
});

test("says nothing before the runtime has listed its images", () => {
  const { hear } = createBench();
  assert.deepEqual(hear([image({})], { listedMs: undefined }), []);
  assert.deepEqual(hear([image(present(one))]), [already]);
});
