import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseReference } from "../image/reference.ts";
import { ConfigError } from "../lib/config-error.ts";
import { matchDockerConfig, parseDockerConfig, readDockerConfig } from "./docker-config.ts";

const canary = "c4n4ry-s3cret";
const auth = Buffer.from(`alice:${canary}`).toString("base64");

function parse(value: unknown) {
  return parseDockerConfig(JSON.stringify(value), "config.json");
}

function match(value: unknown, image = "ghcr.io/team/app") {
  return matchDockerConfig(parse(value), parseReference(image));
}

const alice = { username: "alice", password: canary, serverAddress: "https://ghcr.io" };
const entries: Record<string, [entry: unknown, expected: object | undefined]> = {
  "takes auth": [{ auth }, alice],
  "takes auth before username and password": [{ auth, username: "bob", password: "other" }, alice],
  "takes username and password": [{ username: "alice", password: canary }, alice],
  "takes username and password where auth is empty": [
    { auth: "", username: "alice", password: canary },
    alice,
  ],
  "takes names in any case, as Go does": [{ Username: "alice", PASSWORD: canary }, alice],
  "ignores null and unknown fields": [{ auth, email: "a@b", username: null, x: [1] }, alice],
  "takes an identity token without the user of its empty password": [
    { auth: Buffer.from("00000000-0000-0000-0000-000000000000:").toString("base64"), identitytoken: canary },
    { identityToken: canary, serverAddress: "https://ghcr.io" },
  ],
  "takes a registry token": [
    { registrytoken: canary },
    { registryToken: canary, serverAddress: "https://ghcr.io" },
  ],
  "has nothing of an entry that a credential store fills": [{}, undefined],
  "has nothing of an entry that is null": [null, undefined],
};
for (const [name, [entry, expected]] of Object.entries(entries)) {
  test(name, () =>
    assert.deepEqual(match({ auths: { "ghcr.io": entry } }), expected === undefined ? [] : [expected]),
  );
}

const shapes: Record<string, [value: unknown, found: number, warnings: RegExp[]]> = {
  "reads auths": [{ auths: { "ghcr.io": { auth } } }, 1, []],
  "reads Auths, as Go does": [{ Auths: { "ghcr.io": { auth } } }, 1, []],
  "reads the map of a .dockercfg": [{ "https://ghcr.io/v1/": { auth, email: "a@b" } }, 1, []],
  "accepts empty auths": [{ auths: {} }, 0, []],
  "accepts auths that are null": [{ auths: null }, 0, []],
  "accepts an empty object": [{}, 0, []],
  "does not take settings for registries": [
    { auths: {}, HttpHeaders: { a: "b" }, "ghcr.io": { auth } },
    0,
    [],
  ],
  "warns of a file that has only settings": [{ proxies: { default: {} } }, 0, [/has no "auths"/]],
  "warns of a credential store": [
    { auths: { "ghcr.io": { auth } }, credsStore: "desktop" },
    1,
    [/credsStore/],
  ],
  "warns of credential helpers": [{ credHelpers: { "gcr.io": "gcloud" } }, 0, [/credHelpers/]],
  "does not warn of stores that are empty": [{ auths: {}, credsStore: "", credHelpers: {} }, 0, []],
  "warns of a key that is no registry and takes the others": [
    { auths: { [`https://alice:${canary}@`]: { auth }, "ghcr.io": { auth } } },
    1,
    [/an entry is skipped/],
  ],
};
for (const [name, [value, found, warnings]] of Object.entries(shapes)) {
  test(name, () => {
    const config = parse(value);
    assert.equal(matchDockerConfig(config, parseReference("ghcr.io/team/app")).length, found);
    assert.equal(config.warnings.length, warnings.length, config.warnings.join());
    for (const [index, pattern] of warnings.entries()) {
      assert.match(config.warnings[index] ?? "", pattern);
      assert.match(config.warnings[index] ?? "", /^docker config config.json: /);
    }
    assert.ok(!config.warnings.join().includes(canary));
  });
}

test("gives all credentials that match, the longest path first", () => {
  const user = (username: string) => ({ username, password: "p" });
  const auths = { "ghcr.io": user("1"), "ghcr.io/team": user("2"), "*.io": user("3"), "quay.io": user("4") };
  assert.deepEqual(
    match({ auths }).map(({ username }) => username),
    ["2", "1", "3"],
  );
});

test("takes the entry of docker login for an image of the Hub", () => {
  const [found] = match({ auths: { "https://index.docker.io/v1/": { auth } } }, "alice/app:1");
  assert.deepEqual(found, { ...alice, serverAddress: "https://registry-1.docker.io" });
});

const secretAuth = `${auth} `;
const faults: Record<string, [text: string, message: RegExp]> = {
  "broken JSON": [
    `{\n "auths": {"ghcr.io": {"auth": "${auth}"}},\n ${canary}\n}`,
    /^docker config c\.json:3:2: .*not valid JSON/,
  ],
  "JSON that is cut off": [`{"auths": {"ghcr.io": {"auth": "${auth}"}}`, /^docker config c\.json:1:\d+: /],
  "no JSON at all": [canary, /c\.json:1:1: /],
  "a text": [JSON.stringify(canary), /must be an object such as/],
  "a list": [JSON.stringify([canary]), /must be an object such as/],
  "auths that are a text": [JSON.stringify({ auths: canary }), /: auths: must be an object/],
  "an entry that is a text": [
    JSON.stringify({ auths: { "ghcr.io": canary } }),
    /auths\["ghcr.io"\]: must be an object/,
  ],
  "an auth with a trailing space": [
    JSON.stringify({ auths: { "ghcr.io/v2/x": { auth: secretAuth } } }),
    /auths\["ghcr.io\/x"\]\.auth: it is not base64; write/,
  ],
  "an auth without colon": [
    JSON.stringify({
      auths: { "https://bob:other@ghcr.io": { auth: Buffer.from(canary).toString("base64") } },
    }),
    /auths\["ghcr.io"\]\.auth: it has no colon/,
  ],
  "a password that is a number": [
    JSON.stringify({ auths: { "ghcr.io": { password: 7 } } }),
    /\.password: must be a text/,
  ],
  "a bad entry in a .dockercfg": [
    JSON.stringify({ "ghcr.io": { auth: canary } }),
    /\["ghcr.io"\]\.auth: it is not base64/,
  ],
};
for (const [name, [text, message]] of Object.entries(faults)) {
  test(`refuses ${name}, names the place and quotes nothing`, () => {
    assert.throws(
      () => parseDockerConfig(text, "c.json"),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        const shown = `${error.stack} ${String(error.cause)}`;
        for (const secret of [canary, auth, "bob", "other@"]) assert.ok(!shown.includes(secret), shown);
        return true;
      },
    );
  });
}

test("takes names such as __proto__ for what they are", () => {
  const config = parseDockerConfig(
    `{"auths":{"__proto__":{"auth":"${auth}"},"constructor":{"auth":"${auth}"}}}`,
    "x",
  );
  assert.deepEqual(
    config.credentials.map(({ key }) => key),
    ["__proto__", "constructor"],
  );
});

test("either parses or throws a ConfigError, whatever the file holds", () => {
  const entry = fc.dictionary(fc.constantFrom("auth", "username", "identitytoken", "x"), fc.jsonValue());
  const file = fc.oneof(
    fc.json(),
    fc.record({ auths: fc.dictionary(fc.string(), entry) }).map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(file, (text) => {
      try {
        return matchDockerConfig(parseDockerConfig(text, "x"), parseReference("debian")).length >= 0;
      } catch (error) {
        return error instanceof ConfigError;
      }
    }),
  );
});

async function withFile<T>(content: string | Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-docker-config-"));
  try {
    await writeFile(join(folder, "config.json"), content);
    return await use(join(folder, "config.json"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("reads a file, with a byte order mark too", async () => {
  const text = `\ufeff${JSON.stringify({ auths: { "ghcr.io": { auth } } })}`;
  const config = await withFile(text, readDockerConfig);
  assert.equal(config.credentials.length, 1);
});

test("names the file that is not there", async () => {
  await withFile("", async (path) => {
    const expected = {
      name: "ConfigError",
      message: `docker config ${path}x: cannot be read: there is no such file; check the path and the mount`,
    };
    await assert.rejects(readDockerConfig(`${path}x`), expected);
  });
});

test("refuses a folder", async () => {
  await assert.rejects(readDockerConfig(tmpdir()), {
    name: "ConfigError",
    message: /is a directory; name a file/,
  });
});

test("refuses a file that is far too large", async () => {
  const rejected = withFile(Buffer.alloc(4 * 1024 * 1024 + 1, " "), readDockerConfig);
  await assert.rejects(rejected, { name: "ConfigError", message: /more than 4 MiB/ });
});

test("does not read an endless device to its end", async () => {
  await assert.rejects(readDockerConfig("/dev/zero"), { name: "ConfigError", message: /more than 4 MiB/ });
});
