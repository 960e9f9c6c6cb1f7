import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { parseCredentialKey } from "./credential.ts";
import { createCredentialProvider } from "./provider.ts";
import type { CacheKeyType, ProviderResponse } from "./provider-response.ts";
import { parseUrlPattern } from "./url-pattern.ts";

const signal = new AbortController().signal;

interface Setup {
  readonly type?: CacheKeyType;
  readonly cacheDurationMs?: number | undefined;
  readonly defaultCacheDurationMs?: number;
  readonly failing?: string;
}

/** A provider whose plugin notes what it is asked and answers a turn later. */
function setup({ type = "Image", cacheDurationMs, defaultCacheDurationMs = 1000, failing }: Setup = {}) {
  const asked: string[] = [];
  const clock = { now: 0, nowMs: () => clock.now };
  const config = {
    name: "ecr",
    apiVersion: "v1",
    matchImages: [parseUrlPattern("*.io"), parseUrlPattern("quay.com/team")],
    defaultCacheDurationMs,
    args: [],
    env: {},
  };
  const ask = async (repository: string): Promise<ProviderResponse> => {
    asked.push(repository);
    await Promise.resolve();
    if (repository === failing) throw new Error(`no ${repository}`);
    const credentials = [{ ...parseCredentialKey("*.io"), secrets: { password: repository } }];
    return { cacheKeyType: type, cacheDurationMs, credentials };
  };
  const provider = createCredentialProvider({ config, ask, clock });
  const lookup = async (image: string) =>
    (await provider.lookup(parseReference(image), signal))[0]?.secrets.password;
  return { asked, clock, lookup };
}

test("asks the plugin with the repository, without tag and digest", async () => {
  const { asked, lookup } = setup();
  const digest = `sha256:${"a".repeat(64)}`;
  assert.equal(await lookup(`reg.io/team/app:1@${digest}`), "reg.io/team/app");
  assert.equal(await lookup("quay.com/team/app"), "quay.com/team/app");
  assert.equal(await lookup("debian"), "docker.io/library/debian");
  assert.deepEqual(asked, ["reg.io/team/app", "quay.com/team/app", "docker.io/library/debian"]);
});

test("does not ask the plugin for an image that none of its patterns matches", async () => {
  const { asked, lookup } = setup();
  assert.equal(await lookup("quay.com/other/app"), undefined);
  assert.equal(await lookup("eu.reg.io/app"), undefined);
  assert.deepEqual(asked, []);
});

const durations: Record<string, [setup: Setup, atMs: number, calls: number]> = {
  "keeps an answer for its own duration": [{ cacheDurationMs: 50 }, 49, 1],
  "asks again after the answer's own duration": [{ cacheDurationMs: 50 }, 50, 2],
  "keeps an answer without duration for the default": [{ defaultCacheDurationMs: 50 }, 49, 1],
  "asks again after the default": [{ defaultCacheDurationMs: 50 }, 50, 2],
  "asks again where the answer's duration is 0": [{ cacheDurationMs: 0 }, 0, 2],
  "asks again where there is no duration and the default is 0": [{ defaultCacheDurationMs: 0 }, 0, 2],
};
for (const [name, [options, atMs, calls]] of Object.entries(durations)) {
  test(name, async () => {
    const { asked, clock, lookup } = setup(options);
    await lookup("reg.io/app");
    clock.now = atMs;
    await lookup("reg.io/app");
    assert.equal(asked.length, calls);
  });
}

const images = ["reg.io/a", "reg.io/b", "reg.io/a:2", "other.io/a", "reg.io/b@sha256:".padEnd(80, "a")];
const together: [type: CacheKeyType, cacheDurationMs: number, asked: string[]][] = [
  ["Global", 1000, ["reg.io/a"]],
  ["Global", 0, ["reg.io/a"]],
  ["Registry", 1000, ["reg.io/a", "other.io/a"]],
  ["Registry", 0, ["reg.io/a", "other.io/a"]],
  ["Image", 1000, ["reg.io/a", "reg.io/b", "other.io/a"]],
  ["Image", 0, ["reg.io/a", "reg.io/b", "other.io/a"]],
];
for (const [type, cacheDurationMs, expected] of together) {
  test(`images wanted at once share what answers of type ${type} cover, kept for ${cacheDurationMs} ms`, async () => {
    const { asked, lookup } = setup({ type, cacheDurationMs });
    const found = await Promise.all(images.map(lookup));
    assert.deepEqual(asked, expected);
    for (const [index, password] of found.entries()) {
      const [repository = ""] = (images[index] ?? "").split(/[:@]/);
      if (type === "Image") assert.equal(password, repository);
      if (type === "Registry") assert.equal(password?.split("/")[0], repository.split("/")[0]);
    }
  });
}

test("an answer for one registry is waited for by that registry's images only", async () => {
  const { asked, lookup } = setup({ type: "Registry", cacheDurationMs: 0 });
  await lookup("reg.io/a");
  await Promise.all(["reg.io/a", "reg.io/b", "other.io/a", "other.io/b"].map(lookup));
  assert.deepEqual(asked, ["reg.io/a", "reg.io/a", "other.io/a"]);
});

test("a plugin that fails for one image is asked for the others", async () => {
  const { asked, lookup } = setup({ failing: "reg.io/a" });
  const results = await Promise.allSettled(["reg.io/a", "reg.io/b", "reg.io/a:2"].map(lookup));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "fulfilled", "rejected"],
  );
  assert.deepEqual(asked, ["reg.io/a", "reg.io/b"]);
});

test("a failure is not kept", async () => {
  const { asked, lookup } = setup({ failing: "reg.io/a" });
  await assert.rejects(lookup("reg.io/a"), new Error("no reg.io/a"));
  await assert.rejects(lookup("reg.io/a"), new Error("no reg.io/a"));
  assert.equal(asked.length, 2);
});
