import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { type Credential, createSecrets, matchCredentials, parseCredentialKey } from "./credential.ts";

const keys: Record<string, string> = {
  "ghcr.io": "ghcr.io",
  "ghcr.io/": "ghcr.io",
  "https://ghcr.io": "ghcr.io",
  "HTTP://ghcr.io/team": "ghcr.io/team",
  "https://index.docker.io/v1/": "index.docker.io",
  "https://ghcr.io/v2/": "ghcr.io",
  "https://ghcr.io/v2/team": "ghcr.io/team",
  "https://ghcr.io/v2": "ghcr.io/v2",
  "ghcr.io/v3/": "ghcr.io/v3/",
  "https://user:secret@ghcr.io:443/team?a#b": "ghcr.io:443/team",
  "[fc00::1]:5000/v1/team": "[fc00::1]:5000/team",
};
for (const [text, key] of Object.entries(keys)) {
  test(`takes the key ${text} for ${key}`, () => assert.equal(parseCredentialKey(text).key, key));
}

function create(...texts: string[]): Credential[] {
  return texts.map((text) => ({ ...parseCredentialKey(text), secrets: { username: text, password: "p" } }));
}

const orders: Record<string, [keys: string[], image: string, tried: string[]]> = {
  "tries a longer path before a shorter one": [
    ["reg.io", "reg.io/team/app", "reg.io/team"],
    "reg.io/team/app:1",
    ["reg.io/team/app", "reg.io/team", "reg.io"],
  ],
  "tries names before globs": [["*.reg.io", "eu.reg.io"], "eu.reg.io/app", ["eu.reg.io", "*.reg.io"]],
  "keeps equal keys in their order": [
    ["https://reg.io", "reg.io", "http://reg.io/v2/"],
    "reg.io/app",
    ["https://reg.io", "reg.io", "http://reg.io/v2/"],
  ],
  "has nothing for another registry": [["reg.io", "index.docker.io"], "quay.io/app", []],
  "takes docker's own key for a short name": [
    ["reg.io", "https://index.docker.io/v1/"],
    "debian",
    ["https://index.docker.io/v1/"],
  ],
  "takes docker's own key for docker.io": [["index.docker.io"], "docker.io/team/app", ["index.docker.io"]],
  "takes docker's own key for index.docker.io": [
    ["index.docker.io"],
    "index.docker.io/team/app",
    ["index.docker.io"],
  ],
  "leaves docker's own key where docker.io itself matches": [
    ["index.docker.io", "docker.io"],
    "debian",
    ["docker.io"],
  ],
  "does not take docker's own key with a path": [["index.docker.io/team"], "team/app", []],
};
for (const [name, [texts, image, tried]] of Object.entries(orders)) {
  test(name, () => {
    const auths = matchCredentials(create(...texts), parseReference(image));
    assert.deepEqual(
      auths.map(({ username }) => username),
      tried,
    );
  });
}

const servers: [image: string, serverAddress: string][] = [
  ["eu.reg.io/app", "https://eu.reg.io"],
  ["eu.reg.io:443/app", "https://eu.reg.io:443"],
  ["[fc00::1]:5000/app", "https://[fc00::1]:5000"],
  ["debian", "https://registry-1.docker.io"],
];
for (const [image, serverAddress] of servers) {
  test(`a credential for ${image} is for the host that is asked, with a scheme`, () => {
    const credentials = create("*.reg.io", "*.reg.io:443", "[fc00::1]:5000", "docker.io");
    const [auth] = matchCredentials(credentials, parseReference(image));
    assert.equal(auth?.serverAddress, serverAddress);
  });
}

const secrets: Record<
  string,
  [given: Parameters<typeof createSecrets>[0], kept: ReturnType<typeof createSecrets>]
> = {
  "keeps user and password": [
    { username: "u", password: "p" },
    { username: "u", password: "p" },
  ],
  "keeps a user with an empty password": [{ username: "u", password: "" }, { username: "u" }],
  "keeps an identity token without the user that has no password": [
    { username: "00000000-0000-0000-0000-000000000000", password: "", identityToken: "t" },
    { identityToken: "t" },
  ],
  "keeps an identity token beside a user with a password": [
    { username: "u", password: "p", identityToken: "t" },
    { username: "u", password: "p", identityToken: "t" },
  ],
  "keeps a registry token": [{ registryToken: "t" }, { registryToken: "t" }],
  "has nothing of empty texts": [
    { username: "", password: "", identityToken: "", registryToken: "" },
    undefined,
  ],
};
for (const [name, [given, kept]] of Object.entries(secrets)) {
  test(name, () => assert.deepEqual(createSecrets(given), kept));
}
