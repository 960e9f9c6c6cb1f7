import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createKubeClient } from "../../src/kube/client.ts";
import { readKubeconfig } from "../../src/kube/kubeconfig.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createSelfSignedCertificate } from "../registry/certificate.ts";
import { createBench, nodeName, sharedCertificate } from "./bench.ts";
import { failureOf } from "./failure.ts";
import { startFakeApiServer } from "./fake-api-server.ts";

const path = `/api/v1/nodes/${nodeName}`;
const bounds = { timeoutMs: 5000 };

test("does not trust a server that another CA signed, and says what is wrong", async (context) => {
  const other = await createSelfSignedCertificate();
  const { server, client } = await createBench(context, systemClock, other.cert);
  const error = await failureOf(client.get(path, bounds));
  assert.equal(error.kind, "unavailable");
  assert.match(error.message, /its certificate is not signed by the CA we were given/);
  assert.equal(server.requests().length, 0);
});

test("says at once that a CA is no certificate", () => {
  const server = new URL("https://127.0.0.1:1");
  const tls = { ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
  assert.throws(
    () =>
      createKubeClient({
        config: { server, tls, token: undefined },
        userAgent: "prestow/test",
        clock: systemClock,
      }),
    /^ConfigError: API server 127\.0\.0\.1:1: its CA or the client certificate is not usable/,
  );
});

async function writeKubeconfig(context: TestContext, content: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-kubeconfig-"));
  context.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "config"), JSON.stringify(content));
  return join(folder, "config");
}

test("logs in with the client certificate of a kubeconfig, by another server name", async (context) => {
  const tls = await sharedCertificate();
  const user = await createSelfSignedCertificate();
  const server = await startFakeApiServer({ tls, clientCa: user.cert });
  context.after(() => server.stop());
  server.nodes.set(nodeName, {});
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const cluster = {
    server: `https://127.0.0.1:${server.port}/prefix`,
    "certificate-authority-data": base64(tls.cert),
    "tls-server-name": "localhost",
  };
  const login = { "client-certificate-data": base64(user.cert), "client-key-data": base64(user.key) };
  const file = await writeKubeconfig(context, {
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user: login }],
  });
  const config = await readKubeconfig({ paths: [file], clock: systemClock });
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  context.after(() => client.close());
  const error = await failureOf(client.get(path, bounds));
  assert.equal(error.kind, "not-found");
  assert.equal(server.requests()[0]?.path, `/prefix${path}`);
});

test("speaks without TLS to kubectl proxy", async (context) => {
  const server = await startFakeApiServer({ tls: undefined });
  context.after(() => server.stop());
  server.nodes.set(nodeName, {});
  const config = { server: new URL(`http://127.0.0.1:${server.port}`), tls: {}, token: undefined };
  const client = createKubeClient({ config, userAgent: "prestow/test", clock: systemClock });
  context.after(() => client.close());
  await client.get(path, bounds);
  assert.equal(server.requests().length, 1);
});
