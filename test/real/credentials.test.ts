import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { canary, wrongCanary } from "./clean-output.ts";
import { assertFailed, assertPulled, runFetch } from "./fetch.ts";
import { type Published, useNode } from "./node.ts";
import { runPrestow } from "./prestow.ts";

const right = { username: "user", password: canary };
const wrong = { username: "stranger", password: wrongCanary };

function basic({ username, password }: typeof right): { auth: string } {
  return { auth: Buffer.from(`${username}:${password}`).toString("base64") };
}

for (const kind of containerdMatrix) {
  describe(`credentials of a docker config, on ${kind} containerd`, () => {
    const node = useNode(kind);

    const writeConfig = (auths: Record<string, object>) =>
      node().write("config.json", JSON.stringify({ auths }));
    const requestsOf = (image: Published) =>
      node()
        .registry.requests()
        .filter(({ repository, kind }) => repository === image.repository || kind === "token");

    for (const scheme of ["basic", "bearer"] as const) {
      test(`the right one opens a repository (${scheme}), and is in no output with --debug`, async () => {
        const image = node().publish();
        node().registry.protect(image.repository, { scheme, ...right });
        const config = await writeConfig({ [node().registry.host]: basic(right) });
        const flags = { "docker-config": config, debug: "true" };
        const run = await runFetch(node().socket, [image.ref], flags);
        assertPulled(run, image.ref);
        assert.equal(run.code, 0);
      });

      test(`a wrong one and none end as denied (${scheme}), and others are pulled`, async () => {
        const image = node().publish();
        node().registry.protect(image.repository, { scheme, ...right });
        const open = node().publish({ registry: node().elsewhere });
        const config = await writeConfig({ [node().registry.host]: basic(wrong) });
        for (const flags of [{ "docker-config": config, debug: "true" }, {}]) {
          const run = await runFetch(node().socket, [image.ref, open.ref], {
            ...flags,
            "pull-policy": "Always",
          });
          assertFailed(run, image.ref, "denied");
          assert.equal(run.image(image.ref).attempts, 3);
          assertPulled(run, open.ref);
          assert.equal(run.code, 1);
        }
      });
    }

    test("several are tried one after another, the more specific first, until one opens it", async () => {
      const image = node().publish();
      node().registry.protect(image.repository, { scheme: "basic", ...right });
      const { host } = node().registry;
      const config = await writeConfig({
        [host]: basic(right),
        [`${host}/${image.repository}`]: basic(wrong),
      });
      const run = await runFetch(node().socket, [image.ref], { "docker-config": config });
      assertPulled(run, image.ref);
      assert.equal(run.image(image.ref).attempts, 1);
      assert.ok(run.durationMs < 5000, `${run.durationMs} ms`);
      const asked = requestsOf(image).filter(({ kind }) => kind !== "token");
      const users = asked.map(({ username }) => username);
      assert.deepEqual([...new Set(users.filter((user) => user !== undefined))], ["stranger", "user"]);
    });

    test("an identity token reaches the token service", async () => {
      const image = node().publish();
      node().registry.protect(image.repository, { scheme: "bearer", ...right, identityToken: canary });
      const config = await writeConfig({ [node().registry.host]: { identitytoken: canary } });
      const run = await runFetch(node().socket, [image.ref], { "docker-config": config, debug: "true" });
      assertPulled(run, image.ref);
      assert.ok(requestsOf(image).some(({ grantType }) => grantType === "refresh_token"));
    });

    test("a config that is no JSON ends the run with exit status 2, its file and line, and no quote", async () => {
      const config = await node().write("broken.json", `{\n  "auths": {"x": {"auth": "${canary}}}\n}`);
      const run = await runPrestow([
        "fetch",
        `--cri-socket=${node().socket}`,
        `--docker-config=${config}`,
        "a:1",
      ]);
      assert.equal(run.code, 2);
      assert.ok(run.stderr.includes(`${config}:2:`), run.stderr);
      assert.equal(run.stdout, "");
    });
  });
}
