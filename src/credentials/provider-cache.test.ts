import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { type Credential, parseCredentialKey } from "./credential.ts";
import { createProviderCache } from "./provider-cache.ts";
import type { CacheKeyType } from "./provider-response.ts";

const app = parseReference("reg.io/team/app:1");

function create(key: string): Credential[] {
  return [{ ...parseCredentialKey(key), secrets: { password: key } }];
}

function setup(maxEntries?: number) {
  const clock = { now: 0, nowMs: () => clock.now };
  return { clock, cache: createProviderCache<Credential[]>(clock, maxEntries) };
}

const reaches: [type: CacheKeyType, image: string, found: boolean][] = [
  ["Image", "reg.io/team/app:2", true],
  ["Image", "reg.io/team/app/sub", false],
  ["Image", "reg.io/team", false],
  ["Registry", "reg.io/other", true],
  ["Registry", "reg.io:5000/team/app", false],
  ["Global", "quay.io/x", true],
];
for (const [type, image, found] of reaches) {
  test(`an answer of type ${type} for reg.io/team/app is ${found ? "" : "not "}for ${image}`, () => {
    const { cache } = setup();
    cache.store(app, type, 1000, create("a"));
    assert.equal(cache.find(parseReference(image)) !== undefined, found);
  });
}

test("finds the answer for the repository first, then the registry's, then the global one", () => {
  const { cache } = setup();
  const find = () => cache.find(app)?.[0]?.key;
  cache.store(app, "Global", 1000, create("global"));
  assert.equal(find(), "global");
  cache.store(app, "Registry", 1000, create("registry"));
  assert.equal(find(), "registry");
  cache.store(app, "Image", 1000, create("image"));
  assert.equal(find(), "image");
});

test("a registry named Global shares nothing with the answer for all", () => {
  const { cache } = setup();
  cache.store(parseReference("Global/x"), "Registry", 1000, create("a"));
  assert.equal(cache.find(app), undefined);
});

test("keeps an answer until its time is over", () => {
  const { cache, clock } = setup();
  cache.store(app, "Image", 1000, create("a"));
  clock.now = 999;
  assert.notEqual(cache.find(app), undefined);
  clock.now = 1000;
  assert.equal(cache.find(app), undefined);
});

test("falls back to a wider answer when a narrow one is over", () => {
  const { cache, clock } = setup();
  cache.store(app, "Image", 10, create("image"));
  cache.store(app, "Global", 100, create("global"));
  clock.now = 50;
  assert.equal(cache.find(app)?.[0]?.key, "global");
});

for (const durationMs of [0, -1]) {
  test(`does not keep an answer for ${durationMs} ms`, () => {
    const { cache } = setup();
    cache.store(app, "Image", durationMs, create("a"));
    assert.equal(cache.find(app), undefined);
  });
}

test("an answer that is not to be kept pushes none out", () => {
  const { cache } = setup(1);
  cache.store(app, "Image", 1000, create("a"));
  cache.store(parseReference("reg.io/other"), "Image", 0, create("b"));
  assert.notEqual(cache.find(app), undefined);
});

test("keeps an answer without credentials too", () => {
  const { cache } = setup();
  cache.store(app, "Image", 1000, []);
  assert.deepEqual(cache.find(app), []);
});

test("drops what is over, then the oldest, when it is full", () => {
  const { cache, clock } = setup(2);
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => parseReference(`reg.io/${name}`));
  assert.ok(a && b && c && d);
  cache.store(a, "Image", 1000, create("a"));
  cache.store(b, "Image", 10, create("b"));
  clock.now = 20;
  cache.store(c, "Image", 1000, create("c"));
  assert.deepEqual(
    [a, b, c].map((image) => cache.find(image)?.[0]?.key),
    ["a", undefined, "c"],
  );
  cache.store(a, "Image", 1000, create("again"));
  cache.store(d, "Image", 1000, create("d"));
  assert.deepEqual(
    [a, c, d].map((image) => cache.find(image)?.[0]?.key),
    ["again", undefined, "d"],
  );
});
