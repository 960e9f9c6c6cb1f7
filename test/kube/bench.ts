import type { TestContext } from "node:test";
import { createKubeClient, type KubeClient } from "../../src/kube/client.ts";
import { readInClusterConfig } from "../../src/kube/in-cluster.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { type Certificate, createSelfSignedCertificate } from "../registry/certificate.ts";
import { type FakeApiServer, startFakeApiServer } from "./fake-api-server.ts";
import { createServiceAccount, type ServiceAccount } from "./service-account.ts";

export const nodeName = "node-1.example";
export const firstToken = "first-token-of-the-account";

/** A cluster of one node, seen from a pod. */
export interface Bench {
  readonly server: FakeApiServer;
  readonly account: ServiceAccount;
  readonly client: KubeClient;
}

let certificate: Promise<Certificate> | undefined;

/** One certificate for all tests of a file. */
export function sharedCertificate(): Promise<Certificate> {
  certificate ??= createSelfSignedCertificate();
  return certificate;
}

/** The test's end takes everything away again. */
export async function createBench(
  context: TestContext,
  clock: Clock = systemClock,
  ca?: string,
): Promise<Bench> {
  const tls = await sharedCertificate();
  const server = await startFakeApiServer({ tls });
  const account = await createServiceAccount(firstToken, ca ?? tls.cert);
  server.nodes.set(nodeName, { "kubernetes.io/hostname": nodeName });
  server.tokens.add(firstToken);
  const env = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String(server.port) };
  const config = await readInClusterConfig({ env, clock, folder: account.folder });
  if (config === undefined) throw new Error("no pod");
  const client = createKubeClient({ config, userAgent: "prestow/test", clock });
  context.after(async () => {
    client.close();
    await server.stop();
    await account.remove();
  });
  return { server, account, client };
}
