import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { createSelfSignedCertificate } from "../../../test/registry/certificate.ts";
import { sendText, startHttpServer } from "./http-server.ts";

test("over TLS, too, stops within its grace although a client draws out its handshake", async (t) => {
  const { key, cert } = await createSelfSignedCertificate();
  const server = await startHttpServer({
    routes: new Map([["/", (_, response) => sendText(response, 200, "here")]]),
    port: 0,
    host: "127.0.0.1",
    tls: { key: Buffer.from(key), cert: Buffer.from(cert) },
  });
  const address = { host: "127.0.0.1", port: server.port };
  const silent = createConnection(address).on("error", () => {});
  t.after(() => silent.destroy());
  await once(silent, "connect");
  // Connections are accepted in their order: once this one is served, the other one has been accepted.
  const asked = request({ ...address, ca: cert, agent: false }).end();
  const [response] = await once(asked, "response");
  assert.equal(await text(response), "here");
  const startMs = performance.now();
  await server.stop(100);
  assert.ok(performance.now() - startMs < 2000);
});
