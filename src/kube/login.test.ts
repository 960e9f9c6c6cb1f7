import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { readKubeLogin } from "./login.ts";

const clock = createManualClock();
const pod = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };

function render(server: string): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster: { server } }],
    users: [{ name: "u", user: { token: `token of ${server}` } }],
  });
}

/** A home with a kubeconfig, another one named `other`, and a service account. */
async function createHome(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-login-"));
  context.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, ".kube"));
  await writeFile(join(folder, ".kube", "config"), render("https://home"));
  await writeFile(join(folder, "other"), render("https://other"));
  for (const name of ["token", "ca.crt"]) await writeFile(join(folder, name), name);
  return folder;
}

test("takes the kubeconfig that is named, else the pod's account, else what kubectl would take", async (context) => {
  const folder = await createHome(context);
  const env = { HOME: folder };
  const read = async (options: object) => {
    const config = await readKubeLogin({ env, clock, serviceAccountFolder: folder, ...options });
    return [config.server.href, await config.token?.read()];
  };
  const other = join(folder, "other");
  assert.deepEqual(await read({ kubeconfig: other, env: { ...env, ...pod } }), [
    "https://other/",
    "token of https://other",
  ]);
  assert.deepEqual(await read({ env: { ...env, ...pod, KUBECONFIG: other } }), [
    "https://10.96.0.1/",
    "token",
  ]);
  assert.deepEqual(await read({ env: { ...env, KUBECONFIG: other } }), [
    "https://other/",
    "token of https://other",
  ]);
  assert.deepEqual(await read({}), ["https://home/", "token of https://home"]);
  assert.deepEqual(await read({ kubeconfig: "", master: "" }), ["https://home/", "token of https://home"]);
});

test("goes to the address that is given, as whom it would have been", async (context) => {
  const folder = await createHome(context);
  const options = { kubeconfig: join(folder, "other"), master: "https://127.0.0.1:1/path", env: {}, clock };
  const config = await readKubeLogin(options);
  assert.equal(config.server.href, "https://127.0.0.1:1/path");
  assert.equal(await config.token?.read(), "token of https://other");
});

test("an address alone is a server that asks for no login", async (context) => {
  const env = { HOME: await createHome(context) };
  const config = await readKubeLogin({ master: "http://127.0.0.1:8001", env, clock });
  assert.deepEqual([config.server.href, config.token], ["http://127.0.0.1:8001/", undefined]);
});

test("says what to do where there is nothing", async () => {
  await assert.rejects(
    readKubeLogin({ env: {}, clock }),
    /^ConfigError: no API server is known: .* set --kubeconfig/,
  );
});

for (const master of ["ftp://x", "https://u:hidden@x", "u:hidden@x", "https://x?t=hidden", "https://"]) {
  test(`takes ${master} for no address, and shows no secret of it`, async () => {
    await assert.rejects(readKubeLogin({ master, env: {}, clock }), (error: Error) => {
      assert.match(error.message, /^--master: /);
      assert.doesNotMatch(error.message, /hidden/);
      return error.name === "ConfigError";
    });
  });
}
