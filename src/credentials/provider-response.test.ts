import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CredentialProviderError } from "./provider-error.ts";
import { parseProviderResponse } from "./provider-response.ts";

const canary = "c4n4ry-s3cret";
const asked = { name: "ecr", apiVersion: "credentialprovider.kubelet.k8s.io/v1" };
const good = {
  kind: "CredentialProviderResponse",
  apiVersion: asked.apiVersion,
  cacheKeyType: "Registry",
  cacheDuration: "6h0m0s",
  auth: { "*.reg.io": { username: "alice", password: canary } },
};

function parse(changes: object) {
  return parseProviderResponse(JSON.stringify({ ...good, ...changes }), asked);
}

test("reads what a plugin answers", () => {
  const response = parse({});
  assert.equal(response.cacheKeyType, "Registry");
  assert.equal(response.cacheDurationMs, 21_600_000);
  assert.deepEqual(
    response.credentials.map(({ key, secrets }) => [key, secrets]),
    [["*.reg.io", { username: "alice", password: canary }]],
  );
});

const durations: Record<string, [cacheDuration: unknown, ms: number | undefined]> = {
  "no cacheDuration": [undefined, undefined],
  "a cacheDuration of null": [null, undefined],
  "a cacheDuration of 0s": ["0s", 0],
  "a cacheDuration of 0": ["0", 0],
  "a cacheDuration of 1m30s": ["1m30s", 90_000],
};
for (const [name, [cacheDuration, ms]] of Object.entries(durations)) {
  test(`reads ${name} as ${ms}`, () => assert.equal(parse({ cacheDuration }).cacheDurationMs, ms));
}

const auths: Record<string, [auth: unknown, keys: string[]]> = {
  "no auth": [undefined, []],
  "an auth of null": [null, []],
  "an entry without user and password": [{ "reg.io": {} }, []],
  "a key that is no registry beside one that is": [
    { "": { username: "u" }, "reg.io": { username: "u" } },
    ["reg.io"],
  ],
  "a key with scheme and version": [{ "https://reg.io/v2/": { username: "u" } }, ["reg.io"]],
};
for (const [name, [auth, keys]] of Object.entries(auths)) {
  test(`accepts ${name}`, () =>
    assert.deepEqual(
      parse({ auth }).credentials.map(({ key }) => key),
      keys,
    ));
}

for (const cacheKeyType of ["Image", "Registry", "Global"]) {
  test(`accepts the cacheKeyType ${cacheKeyType}`, () =>
    assert.equal(parse({ cacheKeyType }).cacheKeyType, cacheKeyType));
}

const refused: Record<string, [changes: object, reason: RegExp]> = {
  "another kind": [{ kind: canary }, /kind is not CredentialProviderResponse/],
  "no kind": [{ kind: undefined }, /kind is not/],
  "another version": [
    { apiVersion: "credentialprovider.kubelet.k8s.io/v1beta1" },
    /apiVersion is not credentialprovider.kubelet.k8s.io\/v1,/,
  ],
  "no cacheKeyType": [{ cacheKeyType: undefined }, /cacheKeyType is none of Image, Registry, Global/],
  "an unknown cacheKeyType": [{ cacheKeyType: canary }, /cacheKeyType is none/],
  "a cacheKeyType in another case": [{ cacheKeyType: "image" }, /cacheKeyType is none/],
  "a cacheDuration that is a number": [{ cacheDuration: 5 }, /cacheDuration is no duration/],
  "a cacheDuration without unit": [{ cacheDuration: "77" }, /cacheDuration is no duration/],
  "an auth that is a text": [{ auth: canary }, /auth is not an object/],
  "an auth that is a list": [{ auth: [canary] }, /auth is not an object/],
  "an entry that is a text": [{ auth: { "reg.io": canary } }, /an entry of auth is not an object/],
  "a password that is a number": [{ auth: { [canary]: { username: "u", password: 77 } } }, /not a string/],
};
for (const [name, [changes, reason]] of Object.entries(refused)) {
  test(`refuses an answer with ${name} and quotes nothing of it`, () => {
    assert.throws(
      () => parse(changes),
      (error: unknown) => {
        assert.ok(error instanceof CredentialProviderError);
        assert.equal(error.kind, "invalid-response");
        assert.match(error.message, reason);
        assert.ok(error.message.startsWith("credential provider ecr: "));
        assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /c4n4ry|77/);
        return true;
      },
    );
  });
}

test("either parses or throws its own error, whatever a plugin writes", () => {
  const changed = fc.record(
    { auth: fc.jsonValue(), cacheDuration: fc.jsonValue(), cacheKeyType: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    changed.map((value) => JSON.stringify({ ...good, ...value })),
  );
  fc.assert(
    fc.property(text, (output) => {
      try {
        return parseProviderResponse(output, asked).credentials.length >= 0;
      } catch (error) {
        return error instanceof CredentialProviderError && error.message.length < 200;
      }
    }),
  );
});
