import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { findKubeconfigs, readKubeconfig } from "./kubeconfig.ts";

const clock = createManualClock();
const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

async function write(context: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-kubeconfig-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A kubeconfig of one context with these fields. */
function render(user: object, cluster: object = {}): string {
  return JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster: { server: "https://127.0.0.1:6443", ...cluster } }],
    users: [{ name: "u", user }],
  });
}

async function readOne(context: TestContext, user: object, cluster?: object) {
  const folder = await write(context, { config: render(user, cluster) });
  return await readKubeconfig({ paths: [join(folder, "config")], clock });
}

test("reads YAML as kubectl writes it, and another context by name", async (context) => {
  const yaml = `
apiVersion: v1
kind: Config
preferences: {}
current-context: one
clusters:
- cluster: {server: "https://one:6443", insecure-skip-tls-verify: true, extensions: []}
  name: k1
- cluster: {server: "two.example"}
  name: k2
contexts:
- context: {cluster: k1, user: u, namespace: n}
  name: one
- context: {cluster: k2}
  name: two
users:
- name: u
  user: {token: secret-token}
`;
  const paths = [join(await write(context, { config: yaml }), "config")];
  const one = await readKubeconfig({ paths, clock });
  assert.equal(one.server.href, "https://one:6443/");
  assert.deepEqual(one.tls, { rejectUnauthorized: false });
  assert.equal(await one.token?.read(), "secret-token");
  const two = await readKubeconfig({ paths, context: "two", clock });
  assert.deepEqual([two.server.href, two.token, two.tls], ["https://two.example/", undefined, {}]);
});

test("takes certificates and tokens from files beside the kubeconfig", async (context) => {
  const user = { "client-certificate": "cert.pem", "client-key": "key.pem", tokenFile: "token" };
  const cluster = { "certificate-authority": "ca.pem", "tls-server-name": "name" };
  const files = { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY", token: "from-file\n" };
  const folder = await write(context, { ...files, config: render(user, cluster) });
  const config = await readKubeconfig({ paths: [join(folder, "config")], clock });
  assert.deepEqual(config.tls, { ca: "CA", cert: "CERT", key: "KEY", servername: "name" });
  assert.equal(await config.token?.read(), "from-file");
});

test("lets data count before files", async (context) => {
  const cluster = { "certificate-authority": "nowhere", "certificate-authority-data": base64(pem) };
  assert.equal((await readOne(context, {}, cluster)).tls.ca, pem);
});

test("merges several files: what the first one says counts, and one may be missing", async (context) => {
  const second = JSON.stringify({
    "current-context": "other",
    clusters: [{ name: "k", cluster: { server: "https://never" } }],
    users: [{ name: "u", user: { token: "never" } }],
  });
  const folder = await write(context, { first: render({ token: "t" }), second });
  const paths = ["missing", "first", "second"].map((name) => join(folder, name));
  const config = await readKubeconfig({ paths, clock });
  assert.equal(config.server.host, "127.0.0.1:6443");
  assert.equal(await config.token?.read(), "t");
});

test("takes the first of two users with one name", async (context) => {
  const second = { name: "u", user: { token: "never" } };
  const content = JSON.parse(render({ token: "t" })) as { users: object[] };
  content.users.push(second);
  const folder = await write(context, { config: JSON.stringify(content) });
  const config = await readKubeconfig({ paths: [join(folder, "config")], clock });
  assert.equal(await config.token?.read(), "t");
});

test("looks where kubectl looks", () => {
  assert.deepEqual(findKubeconfigs({ KUBECONFIG: "/a::/b", HOME: "/h" }), ["/a", "/b"]);
  assert.deepEqual(findKubeconfigs({ HOME: "/h" }), ["/h/.kube/config"]);
  assert.deepEqual(findKubeconfigs({}), []);
});

const refused: Record<string, readonly [object, object, RegExp]> = {
  "a plugin": [{ exec: { command: "aws" } }, {}, /users\[0\]\.user\.exec is not supported by this version/],
  "an auth provider": [{ "auth-provider": { name: "gcp" } }, {}, /user\.auth-provider is not supported/],
  "a password": [{ username: "u", password: "hidden" }, {}, /user\.username is not supported/],
  impersonation: [{ token: "hidden", as: "root" }, {}, /user\.as is not supported/],
  "a proxy": [{}, { "proxy-url": "http://p" }, /cluster\.proxy-url is not supported/],
  "a server that is no address": [{}, { server: "ftp://x" }, /cluster\.server must be an address/],
  "a user in the server's address": [{}, { server: "https://hidden@x" }, /cluster\.server must be/],
  "a token that is no text": [{ token: 7 }, {}, /user\.token must be a text/],
  "data that is no PEM": [{ "client-key-data": base64("hidden") }, {}, /client-key-data must be PEM/],
  "a certificate without its key": [
    { "client-certificate-data": base64(pem) },
    {},
    /client-key is needed beside client-certificate/,
  ],
  "a CA file that is not there": [
    {},
    { "certificate-authority": "gone.pem" },
    /certificate-authority .*gone\.pem: cannot be read: there is no such file/,
  ],
};
for (const [name, [user, cluster, expected]] of Object.entries(refused)) {
  test(`refuses ${name}, with its place and without its value`, async (context) => {
    await assert.rejects(readOne(context, user, cluster), (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.match(error.message, expected);
      assert.doesNotMatch(error.message, /hidden/);
      return true;
    });
  });
}

const broken: Record<string, readonly [string, RegExp]> = {
  "a file that is no YAML": ["a: [hidden", /config:1:\d+: it is not valid YAML or JSON/],
  "a file that is a text": ["hidden", /it must be an object/],
  "an empty file": ["", /it has no current-context/],
  "a context that is not there": ["current-context: c", /contexts has no "c"/],
  "an entry without a name": ["users: [{user: {token: hidden}}]", /users\[0\]\.name is required/],
  "a list that is none": ["users: {}", /users must be a list/],
};
for (const [name, [text, expected]] of Object.entries(broken)) {
  test(`refuses ${name}`, async (context) => {
    const folder = await write(context, { config: text });
    await assert.rejects(readKubeconfig({ paths: [join(folder, "config")], clock }), (error: Error) => {
      assert.match(`${error.name} ${error.message}`, expected);
      assert.doesNotMatch(error.message, /hidden/);
      return error.name === "ConfigError";
    });
  });
}

test("says which file is missing where there is no other", async () => {
  await assert.rejects(readKubeconfig({ paths: ["/nonexistent/config"], clock }), /\/nonexistent\/config/);
});
