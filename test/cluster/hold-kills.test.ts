import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pushHoldImages } from "./hold-images.ts";
import { forgetLeader } from "./hold-lease.ts";
import { createOwner, holdVariables, ownerName } from "./hold-owner.ts";
import { heldSelector, listUnheld, nodeNames, waitUntilSettled } from "./hold-pods.ts";
import { startHoldProcess, withHoldProcess } from "./hold-process.ts";
import { watchPods } from "./hold-watch.ts";
import { removeNamespace } from "./instance.ts";
import { kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createRandom } from "./random.ts";

const namespace = "hold-kills-test";
const kills = 50;
const seed = Number(process.env["PRESTOW_TEST_SEED"] || randomInt(2 ** 31));
const kept = await pushHoldImages("kept", 3);
const changing = await pushHoldImages("changing", 3);
const pinnedKept = kept.map(({ pinned }) => pinned);
const quick = { MAX_NODES: "100%" };

before(() => createOwner(namespace));
after(() => removeNamespace(namespace));

/** The images of the nth start: some stay, and one is another from time to time, so that there is always work to do. */
function imagesOf(start: number) {
  const one = changing[Math.floor(start / 5) % changing.length];
  return one === undefined ? kept : [...kept, one];
}

/** How often the DaemonSet was changed. */
async function readGeneration(): Promise<number> {
  const what = ["daemonset", ownerName, "--namespace", namespace] as const;
  return (await readObject<{ metadata: { generation: number } }>(...what)).metadata.generation;
}

test(`a controller that is killed at ${kills} random points lets go of nothing that stays, and ends with everything held (PRESTOW_TEST_SEED=${seed})`, async () => {
  const random = createRandom(seed);
  await withHoldProcess(holdVariables(namespace, kept, quick), [], () =>
    waitUntilSettled(namespace, pinnedKept),
  );
  const nodes = nodeNames();
  const before = await readGeneration();
  const watch = await watchPods(namespace, heldSelector, (pods) => listUnheld(pods, pinnedKept, nodes)[0]);
  try {
    for (let start = 0; start < kills; start++) {
      const controller = startHoldProcess(holdVariables(namespace, imagesOf(start), quick));
      // From before it knows the cluster to after it has changed it.
      await sleep(300 + random() * 3_200);
      assert.equal(controller.exitCode(), undefined, controller.log());
      await controller.end("SIGKILL");
      // Else the next one would wait until the dead one's lease has run out, and be killed in vain.
      await forgetLeader(namespace);
    }
    const last = imagesOf(kills);
    await withHoldProcess(holdVariables(namespace, last, quick), [], () =>
      waitUntilSettled(
        namespace,
        last.map(({ pinned }) => pinned),
      ),
    );
    assert.deepEqual(watch.findings, []);
    assert.ok((await readGeneration()) > before + 1, "none of them has changed anything");
    const sets = await kubectl("get", "daemonsets", "--namespace", namespace, "--output=name");
    assert.equal(sets.trim(), `daemonset.apps/${ownerName}`);
  } finally {
    await watch.stop();
  }
});
