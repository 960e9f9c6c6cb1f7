import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseListeningPort,
  renderDockerConfig,
  renderHtpasswd,
  renderRegistryConfig,
} from "./registry-config.ts";

test("a registry listens on loopback only, keeps its files in its folder and lets images be deleted", () => {
  const config = JSON.parse(renderRegistryConfig({ stateDir: "/s", port: 0, login: false }));
  assert.equal(config.http.addr, "127.0.0.1:0");
  assert.equal(config.storage.filesystem.rootdirectory, "/s/data");
  assert.equal(config.storage.delete.enabled, true);
  assert.equal(config.auth, undefined);
});

test("a registry with a login asks for it by a bcrypt password file", () => {
  const config = JSON.parse(renderRegistryConfig({ stateDir: "/s", port: 5000, login: true }));
  assert.equal(config.http.addr, "127.0.0.1:5000");
  assert.equal(config.auth.htpasswd.path, "/s/htpasswd");
  assert.match(renderHtpasswd(), /^lab:\$2y\$05\$[./A-Za-z0-9]{53}\n$/);
});

test("the port is known from the log's line about it and not before", () => {
  assert.equal(parseListeningPort('level=info msg="redis not configured"\n'), undefined);
  assert.equal(
    parseListeningPort('x\nlevel=info msg="listening on 127.0.0.1:40155" go.version=go1.19.8\n'),
    40155,
  );
});

test("the docker config holds the lab's login for each host", () => {
  const { auths } = JSON.parse(renderDockerConfig(["127.0.0.1:1", "127.0.0.1:2"]));
  assert.deepEqual(Object.keys(auths), ["127.0.0.1:1", "127.0.0.1:2"]);
  assert.equal(Buffer.from(auths["127.0.0.1:1"].auth, "base64").toString(), "lab:only-in-the-lab");
});

test("a registry listens where it is told to, and its port is read from what it says", () => {
  const config = JSON.parse(
    renderRegistryConfig({ stateDir: "/s", address: "10.0.0.1", port: 5, login: false }),
  );
  assert.equal(config.http.addr, "10.0.0.1:5");
  assert.equal(parseListeningPort('level=info msg="listening on 10.0.0.1:5" go.version=go1.19.8\n'), 5);
});
