import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { readProcessIdentity } from "../../lab/process.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { canary } from "./clean-output.ts";
import { assertFailed, assertPulled, type FetchRun, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";

const right = { username: "user", password: canary };
const apiVersion = "credentialprovider.kubelet.k8s.io/v1";

function answer(registry: string): string {
  return JSON.stringify({
    kind: "CredentialProviderResponse",
    apiVersion,
    cacheKeyType: "Registry",
    auth: { [registry]: right },
  });
}

/** What plugins do that fail, as shell. All but the first end by themselves or are ended. */
const failing: Readonly<Record<string, string>> = {
  crashes: `echo '${canary}'; echo 'refused: ${canary}' >&2; exit 7`,
  "is killed": "kill -9 $$",
  "prints garbage": `head -c 3000 /dev/urandom; echo '${canary}'`,
  "prints nothing": "exit 0",
  floods: `yes '${canary}'`,
  "floods its log": "yes | head -c 3000000 >&2; exit 1",
  "leaves a child that holds its output": "sleep 30 & exit 3",
};

for (const kind of containerdMatrix) {
  describe(`credential provider plugins, on ${kind} containerd`, () => {
    const node = useNode(kind);

    /** The flags for a plugin that is asked for images of this registry. */
    async function install(name: string, script: string): Promise<Record<string, string>> {
      const plugin = await node().write(name, `#!/bin/sh\n${script}\n`, 0o700);
      const matchImages = [node().registry.host];
      const provider = { name, apiVersion, matchImages, defaultCacheDuration: "1m" };
      const root = { apiVersion: "kubelet.config.k8s.io/v1", kind: "CredentialProviderConfig" };
      const config = await node().write(`${name}.json`, JSON.stringify({ ...root, providers: [provider] }));
      return {
        "image-credential-provider-config": config,
        "image-credential-provider-bin-dir": dirname(plugin),
        debug: "true",
      };
    }
    const publishProtected = () => {
      const image = node().publish();
      node().registry.protect(image.repository, { scheme: "basic", ...right });
      return image;
    };
    const writeDockerConfig = () =>
      node().write("config.json", JSON.stringify({ auths: { [node().registry.host]: right } }));
    const warned = (run: FetchRun) => run.stderr.split("credential provider failed").length - 1;

    test("one that works opens all repositories of its registry, asked once", async () => {
      const images = [publishProtected(), publishProtected()];
      const script = `cat >/dev/null; echo x >>"$0.asked"; echo '${answer(node().registry.host)}'`;
      const flags = await install("works", script);
      const run = await runFetch(
        node().socket,
        images.map(({ ref }) => ref),
        flags,
      );
      for (const { ref } of images) assertPulled(run, ref);
      const asked = `${flags["image-credential-provider-bin-dir"]}/works.asked`;
      assert.equal(await readFile(asked, "utf8"), "x\n");
    });

    for (const [what, script] of Object.entries(failing)) {
      test(`one that ${what} is warned of, and the docker config is used`, async () => {
        const [locked, open] = [publishProtected(), node().publish({ registry: node().elsewhere })];
        const flags = await install(what.replaceAll(" ", "-"), script);
        const dockerConfig = await writeDockerConfig();
        const all = { ...flags, "docker-config": dockerConfig };
        const run = await runFetch(node().socket, [locked.ref, open.ref], all, { withinMs: 8000 });
        assertPulled(run, locked.ref);
        assertPulled(run, open.ref);
        assert.equal(warned(run), 1, run.stderr);
      });
    }

    test("one that crashes does not keep an open image from being pulled anonymously", async () => {
      const image = node().publish();
      const run = await runFetch(node().socket, [image.ref], await install("crash", "exit 1"));
      assertPulled(run, image.ref);
    });

    test("one that hangs is ended with the run, and images of other registries are not held up", async () => {
      const [held, open] = [node().publish(), node().publish({ registry: node().elsewhere })];
      const flags = await install("hangs", 'echo $$ >"$0.pid"; exec sleep 100');
      const all = { ...flags, "overall-timeout": "3s" };
      const run = await runFetch(node().socket, [held.ref, open.ref], all, { withinMs: 5000 });
      assertFailed(run, held.ref, "timeout");
      assertPulled(run, open.ref);
      assert.ok(run.image(open.ref).durationMs < 2000);
      const pid = await readFile(`${flags["image-credential-provider-bin-dir"]}/hangs.pid`, "utf8");
      assert.equal(readProcessIdentity(Number(pid)), undefined);
    });
  });
}
