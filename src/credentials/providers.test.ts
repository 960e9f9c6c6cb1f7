import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { systemClock } from "../lib/clock.ts";
import { createKeyring } from "./keyring.ts";
import { readProviders } from "./providers.ts";

const provider = {
  apiVersion: "credentialprovider.kubelet.k8s.io/v1",
  matchImages: ["*.io"],
  defaultCacheDuration: "1h",
};
const configuration = {
  apiVersion: "kubelet.config.k8s.io/v1",
  kind: "CredentialProviderConfig",
  providers: [
    { ...provider, name: "good" },
    { ...provider, name: "bad" },
    { ...provider, name: "token", tokenAttributes: { requireServiceAccount: true } },
  ],
};
const answer = {
  kind: "CredentialProviderResponse",
  apiVersion: provider.apiVersion,
  cacheKeyType: "Registry",
  auth: { "*.io": { username: "alice", password: "p" } },
};

test("twenty images of a registry start a plugin once, and one that fails is a warning", async () => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-providers-"));
  try {
    await writeFile(join(folder, "config.json"), JSON.stringify(configuration));
    const script = `#!/bin/sh\necho x >> "$DIR/calls"\ncat <<'EOF'\n${JSON.stringify(answer)}\nEOF\n`;
    await writeFile(join(folder, "good"), script, { mode: 0o755 });
    await writeFile(join(folder, "bad"), "#!/bin/sh\necho broken >&2\nexit 1\n", { mode: 0o755 });
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    const env = { PATH: process.env["PATH"], DIR: folder };
    const options = {
      configPath: join(folder, "config.json"),
      binDir: folder,
      env,
      clock: systemClock,
      warn,
    };
    const keyring = createKeyring({ providers: await readProviders(options), warn });
    const images = Array.from({ length: 20 }, (_, index) => parseReference(`reg.io/app:${index}`));
    const { signal } = new AbortController();
    const found = await Promise.all(images.map((image) => keyring.lookup(image, signal)));
    const expected = [{ username: "alice", password: "p", serverAddress: "https://reg.io" }];
    for (const auths of found) assert.deepEqual(auths, expected);
    assert.equal(await readFile(join(folder, "calls"), "utf8"), "x\n");
    assert.match(warnings[0] ?? "", /token is not used/);
    assert.ok(warnings.includes("credential provider failed"));
  } finally {
    await rm(folder, { recursive: true });
  }
});
