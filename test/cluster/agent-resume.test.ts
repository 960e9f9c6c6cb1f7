import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createToken, readUid, writeTokenKubeconfig } from "./account.ts";
import { type AgentProcess, startAgentProcess } from "./agent-process.ts";
import { applyFleet, installFleets, removeFleets } from "./agones.ts";
import { withoutApiServer } from "./api-server.ts";
import { cleanUp } from "./clean-up.ts";
import { listImages, listMissing, pushFreshImages, removeImages, waitForImages } from "./images.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { afterOutageMs, eventually, kubectl, labNodes } from "./lab.ts";
import { createRandom } from "./random.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "agent-resume-test";
const kills = 50;
const seed = Number(process.env["PRESTOW_TEST_SEED"] || randomInt(2 ** 31));
const [node] = labNodes();
assert.ok(node);
const workspace = createWorkspace();
const flags = [
  "--source=fleets",
  `--namespace=${namespace}`,
  `--state-dir=${join(workspace.folder, "state")}`,
];

before(async () => {
  await createNamespace(namespace);
  await installFleets();
});

after(() =>
  cleanUp(
    removeFleets,
    () => removeNamespace(namespace),
    () => workspace.run(`prestow unpin --all --cri-socket '${node.criSocket}'`),
    async () => workspace.remove(),
  ),
);

/** Runs an agent while the work lasts; says what it said where that fails. */
async function withAgent(
  more: readonly string[],
  work: (agent: AgentProcess) => Promise<void>,
): Promise<void> {
  const agent = startAgentProcess(node as NonNullable<typeof node>, [...flags, ...more]);
  try {
    await work(agent);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\nThe agent said:\n${agent.log()}`);
  } finally {
    agent.send("SIGCONT");
    await agent.end("SIGTERM");
  }
}

async function createAccount(): Promise<void> {
  await kubectl("create", "serviceaccount", "watcher", "--namespace", namespace);
  const rule = ["--verb=list,watch", "--resource=fleets.agones.dev"] as const;
  await kubectl("create", "role", "watcher", ...rule, "--namespace", namespace);
  const subject = `--serviceaccount=${namespace}:watcher`;
  await kubectl("create", "rolebinding", "watcher", "--role=watcher", subject, "--namespace", namespace);
}

/** A token that is good for as long as this Secret is there. */
async function createBoundToken(name: string): Promise<string> {
  await kubectl("create", "secret", "generic", name, "--namespace", namespace);
  const uid = await readUid("secret", name, "--namespace", namespace);
  return createToken({ namespace, account: "watcher", bound: { kind: "Secret", name, uid } });
}

test("an agent whose token was rotated and whose watch has expired lists anew, and goes on", async () => {
  const [first = "", second = ""] = await pushFreshImages(2);
  await createAccount();
  const tokenFile = workspace.write("token", await createBoundToken("earlier"));
  const kubeconfig = await writeTokenKubeconfig(workspace, tokenFile);
  await applyFleet(namespace, "rotated", first);
  await withAgent([`--kubeconfig=${kubeconfig}`, "--debug"], async (agent) => {
    await waitForImages([first], [node]);
    // As one that gets no processor: it hears of nothing that happens meanwhile.
    agent.send("SIGSTOP");
    writeFileSync(tokenFile, await createBoundToken("later"));
    await kubectl("delete", "secret", "earlier", "--namespace", namespace);
    // Once started again it knows neither tokens that it has seen, nor changes from before.
    await withoutApiServer(async () => {});
    await applyFleet(namespace, "rotated", second);
    agent.send("SIGCONT");
    await waitForImages([second], [node], afterOutageMs);
    assert.match(agent.log(), /too old resource version/);
    assert.equal(agent.exitCode(), undefined);
  });
});

test(`an agent that is killed at ${kills} random points ends with all images, all pinned, and a record that is whole (PRESTOW_TEST_SEED=${seed})`, async () => {
  const random = createRandom(seed);
  const images = await pushFreshImages(10);
  await applyFleet(namespace, "killed", ...images);
  const keep = [...flags, "--pin", "--max-pinned=50%", "--prune=remove", "--sync-period=1s"];
  for (let kill = 0; kill < kills; kill++) {
    const missing = images.filter(() => random() < 0.4);
    await removeImages(node, missing);
    const agent = startAgentProcess(node, keep);
    // From before it has its sources to after it has its images.
    await sleep(200 + random() * 1_200);
    assert.equal(agent.exitCode(), undefined, agent.log());
    await agent.end("SIGKILL");
  }
  await withAgent(keep.slice(flags.length), async () => {
    await waitForImages(images, [node]);
    await eventually(async () => {
      const listed = await listImages(node);
      const pinned = listed.filter((image) => image.pinned).flatMap(({ repoTags }) => repoTags);
      assert.deepEqual(
        images.filter((image) => !pinned.includes(image)),
        [],
      );
    }, 60_000);
  });
  assert.deepEqual(await listMissing(node, images), []);
  const folder = join(workspace.folder, "state");
  assert.deepEqual(readdirSync(folder), ["pulled.json"]);
  assert.ok(JSON.parse(readFileSync(join(folder, "pulled.json"), "utf8")));
});
