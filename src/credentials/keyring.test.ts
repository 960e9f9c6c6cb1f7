import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { type Credential, parseCredentialKey } from "./credential.ts";
import { parseDockerConfig } from "./docker-config.ts";
import { createKeyring } from "./keyring.ts";
import type { CredentialProvider } from "./provider.ts";

const signal = new AbortController().signal;
const image = parseReference("reg.io/team/app:1");

function createProvider(name: string, ...credentials: [key: string, username: string][]): CredentialProvider {
  const found: Credential[] = credentials.map(([key, username]) => ({
    ...parseCredentialKey(key),
    secrets: { username, password: "p" },
  }));
  return { name, lookup: async () => found };
}

function createFile(...credentials: [key: string, username: string][]) {
  const auths = Object.fromEntries(credentials.map(([key, username]) => [key, { username, password: "p" }]));
  return parseDockerConfig(JSON.stringify({ auths, credsStore: "desktop" }), "config.json");
}

function setup(providers: CredentialProvider[], dockerConfig = createFile()) {
  const warnings: [message: string, fields: object | undefined][] = [];
  const warn = (message: string, fields?: object) => warnings.push([message, fields]);
  const keyring = createKeyring({ providers, dockerConfig, warn });
  const names = async () => (await keyring.lookup(image, signal)).map(({ username }) => username);
  return { keyring, names, warnings };
}

test("gives the plugins' credentials first, then the docker config's", async () => {
  const { names } = setup([createProvider("x", ["reg.io", "plugin"])], createFile(["reg.io/team", "file"]));
  assert.deepEqual(await names(), ["plugin", "file"]);
});

test("matches the keys of all plugins together, the longest path first", async () => {
  const { names } = setup([
    createProvider("x", ["reg.io", "short"]),
    createProvider("y", ["reg.io/team", "long"]),
  ]);
  assert.deepEqual(await names(), ["long", "short"]);
});

test("has no credential of a plugin whose key does not match the image", async () => {
  const { names } = setup([createProvider("x", ["quay.io", "plugin"])]);
  assert.deepEqual(await names(), []);
});

test("merges equal credentials", async () => {
  const providers = [
    createProvider("x", ["reg.io", "same"], ["*.io", "same"]),
    createProvider("y", ["reg.io", "other"]),
  ];
  const { names } = setup(providers, createFile(["reg.io", "same"], ["reg.io/team", "file"]));
  assert.deepEqual(await names(), ["same", "other", "file"]);
});

test("gives nothing, which means anonymous, where nothing is known", async () => {
  const keyring = createKeyring({ warn: () => assert.fail("no warning was expected") });
  assert.deepEqual(await keyring.lookup(image, signal), []);
});

test("gives the docker config's credentials although a plugin fails, with a warning", async () => {
  const error = new Error("no metadata service");
  const failing = { name: "x", lookup: () => Promise.reject(error) };
  const { names, warnings } = setup(
    [failing, createProvider("y", ["reg.io", "plugin"])],
    createFile(["reg.io", "file"]),
  );
  assert.deepEqual(await names(), ["plugin", "file"]);
  const fields = { provider: "x", image: "reg.io/team/app", error };
  assert.deepEqual(warnings.slice(1), [["credential provider failed", fields]]);
});

test("warns once of a failure that lookups share, and again of the next one", async () => {
  let error = new Error("no metadata service");
  const { keyring, warnings } = setup([{ name: "x", lookup: () => Promise.reject(error) }]);
  const before = warnings.length;
  await Promise.all([keyring.lookup(image, signal), keyring.lookup(image, signal)]);
  assert.equal(warnings.length - before, 1);
  error = new Error("still none");
  await keyring.lookup(image, signal);
  assert.equal(warnings.length - before, 2);
});

test("says once what of the docker config is not used", async () => {
  const { names, warnings } = setup([]);
  await names();
  await names();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.[0] ?? "", /credsStore is not supported/);
});

test("ends with its signal's reason, without a warning", async () => {
  const stop = new AbortController();
  const lookup = () => {
    stop.abort(new Error("stopped"));
    return Promise.reject(new Error("killed"));
  };
  const { keyring, warnings } = setup([{ name: "x", lookup }]);
  await assert.rejects(keyring.lookup(image, stop.signal), new Error("stopped"));
  await assert.rejects(keyring.lookup(image, stop.signal), new Error("stopped"));
  assert.equal(warnings.length, 1);
});
