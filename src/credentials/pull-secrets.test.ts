import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { parseReference } from "../image/reference.ts";
import { createPullSecretKeyring } from "./pull-secrets.ts";

const image = parseReference("registry.example/game:1");
const { signal } = new AbortController();

function secretOf(username: string, key = ".dockerconfigjson") {
  const entry = { "registry.example": { username, password: "p" } };
  const config = key === ".dockercfg" ? entry : { auths: entry };
  return { data: { [key]: Buffer.from(JSON.stringify(config)).toString("base64") } };
}

function setup(read: (name: string) => unknown) {
  const clock = createManualClock();
  const reads: string[] = [];
  const warnings: string[] = [];
  const keyring = createPullSecretKeyring({
    keyring: { lookup: async () => [{ username: "node" }] },
    secretsFor: () => [{ namespace: "a", name: "one" }],
    async readSecret({ namespace, name }) {
      reads.push(`${namespace}/${name}`);
      return read(name);
    },
    isRefusal: (error) => error.message === "forbidden",
    clock,
    warn: (message, fields) => warnings.push(`${message} ${String(fields?.["error"])}`),
  });
  const users = async () => (await keyring.lookup(image, signal)).map(({ username }) => username);
  return { users, clock, reads, warnings };
}

for (const key of [".dockerconfigjson", ".dockercfg"]) {
  test(`credentials of a secret with ${key} come before the node's own`, async () => {
    const { users } = setup(() => secretOf("pod", key));
    assert.deepEqual(await users(), ["pod", "node"]);
  });
}

test("a secret is read once a minute, and its change counts then", async () => {
  let name = "first";
  const { users, clock, reads } = setup(() => secretOf(name));
  await users();
  name = "second";
  assert.deepEqual(await users(), ["first", "node"]);
  assert.equal(reads.length, 1);
  await clock.advance(61_000);
  assert.deepEqual(await users(), ["second", "node"]);
});

test("a secret that cannot be read is said once, and the node's own credentials count", async () => {
  const { users, clock, warnings } = setup(() => {
    throw new Error("forbidden");
  });
  for (let turn = 0; turn < 3; turn += 1) {
    assert.deepEqual(await users(), ["node"]);
    await clock.advance(61_000);
  }
  assert.deepEqual(warnings, ["image pull secret not used Error: forbidden"]);
});

test("a secret of another kind is told by its name, never by what it holds", async () => {
  for (const data of [{ password: "aHVudGVyMg==" }, { ".dockerconfigjson": "aHVudGVyMg==" }]) {
    const { users, warnings } = setup(() => ({ data }));
    assert.deepEqual(await users(), ["node"]);
    assert.match(warnings[0] ?? "", /secret a\/one/);
    assert.doesNotMatch(warnings.join(), /hunter2|aHVudGVyMg/);
  }
});

test("a known secret counts while the API server is away, and no longer once it is refused", async () => {
  let failure: string | undefined;
  const { users, clock } = setup(() => {
    if (failure !== undefined) throw new Error(failure);
    return secretOf("pod");
  });
  assert.deepEqual(await users(), ["pod", "node"]);
  failure = "connection refused";
  await clock.advance(61_000);
  assert.deepEqual(await users(), ["pod", "node"]);
  failure = "forbidden";
  await clock.advance(61_000);
  assert.deepEqual(await users(), ["node"]);
});
