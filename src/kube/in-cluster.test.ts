import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { readInClusterConfig } from "./in-cluster.ts";

const clock = createManualClock();

async function createFolder(context: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-account-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

function pod(host: string, port = "443") {
  return { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
}

const addresses: Record<string, readonly [string, string]> = {
  "an IPv4 address": ["10.96.0.1", "https://10.96.0.1/"],
  "an IPv6 address": ["fd00::1", "https://[fd00::1]/"],
  "an IPv6 address in brackets": ["[fd00::1]", "https://[fd00::1]/"],
  "a name": ["kubernetes.default.svc", "https://kubernetes.default.svc/"],
};
for (const [name, [host, expected]] of Object.entries(addresses)) {
  test(`knows the API server by ${name}`, async (context) => {
    const folder = await createFolder(context, { "ca.crt": "CA", token: "t" });
    const config = await readInClusterConfig({ env: pod(host), clock, folder });
    assert.equal(config?.server.href, expected);
    assert.equal(config?.tls.ca, "CA");
  });
}

test("keeps a port that is not the usual one", async (context) => {
  const folder = await createFolder(context, { "ca.crt": "CA", token: "t" });
  const config = await readInClusterConfig({ env: pod("fd00::1", "6443"), clock, folder });
  assert.equal(config?.server.host, "[fd00::1]:6443");
});

test("is no pod without the address of a service", async () => {
  for (const env of [{}, pod(""), pod("10.96.0.1", "")]) {
    assert.equal(await readInClusterConfig({ env, clock, folder: "/nonexistent" }), undefined);
  }
});

test("says that the pod has no service account", async (context) => {
  const folder = await createFolder(context, { "ca.crt": "CA" });
  await assert.rejects(
    readInClusterConfig({ env: pod("10.96.0.1"), clock, folder }),
    /^ConfigError: service account's token .*\/token: cannot be read: there is no such file; check the path and the mount$/,
  );
});

test("takes no address that would change the URL", async () => {
  for (const [host, port] of [
    ["a/b", "443"],
    ["u@h", "443"],
    ["h", "443/x"],
    ["h", "99999"],
    ["::g", "443"],
  ] as const) {
    await assert.rejects(readInClusterConfig({ env: pod(host, port), clock }), /is no address$/);
  }
});
