import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import { parseCredentialKey } from "./credential.ts";
import { createCredentialProvider } from "./provider.ts";
import { CredentialProviderError, type CredentialProviderErrorKind } from "./provider-error.ts";
import type { CacheKeyType, ProviderResponse } from "./provider-response.ts";
import { parseUrlPattern } from "./url-pattern.ts";

const signal = new AbortController().signal;
const config = {
  name: "ecr",
  apiVersion: "v1",
  matchImages: [parseUrlPattern("*.io"), parseUrlPattern("quay.com/team")],
  args: [],
  env: {},
};

interface Setup {
  readonly type?: CacheKeyType;
  readonly cacheDurationMs?: number | undefined;
  readonly defaultCacheDurationMs?: number;
  /** The repository for which the plugin fails, and how. */
  readonly failing?: string;
  readonly kind?: CredentialProviderErrorKind;
}

/** A provider whose plugin notes what it is asked and answers a turn later. */
function setup(options: Setup = {}) {
  const { type = "Image", cacheDurationMs, defaultCacheDurationMs = 1000, failing } = options;
  const { kind = "invalid-response" } = options;
  const asked: string[] = [];
  const clock = { now: 0, nowMs: () => clock.now };
  const ask = async (repository: string): Promise<ProviderResponse> => {
    asked.push(repository);
    await Promise.resolve();
    if (repository === failing) throw new CredentialProviderError("ecr", kind, `no ${repository}`);
    const credentials = [{ ...parseCredentialKey("*.io"), secrets: { password: repository } }];
    return { cacheKeyType: type, cacheDurationMs, credentials };
  };
  const provider = createCredentialProvider({
    config: { ...config, defaultCacheDurationMs },
    ask,
    clock,
  });
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
  ["Global", 1000, ["reg.io/a", "other.io/a"]],
  ["Global", 0, ["reg.io/a", "other.io/a"]],
  ["Registry", 1000, ["reg.io/a", "other.io/a"]],
  ["Registry", 0, ["reg.io/a", "other.io/a"]],
  ["Image", 1000, ["reg.io/a", "other.io/a", "reg.io/b"]],
  ["Image", 0, ["reg.io/a", "other.io/a", "reg.io/b"]],
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

test("an answer for all is waited for by all", async () => {
  const { asked, lookup } = setup({ type: "Global", cacheDurationMs: 0 });
  await lookup("reg.io/a");
  await Promise.all(images.map(lookup));
  assert.deepEqual(asked, ["reg.io/a", "reg.io/a"]);
});

test("a plugin whose answer for one image is invalid is asked for the others", async () => {
  const { asked, lookup } = setup({ failing: "reg.io/a" });
  const results = await Promise.allSettled(["reg.io/a", "reg.io/b", "reg.io/a:2"].map(lookup));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "fulfilled", "rejected"],
  );
  assert.deepEqual(asked, ["reg.io/a", "reg.io/b"]);
});

test("an invalid answer is not kept", async () => {
  const { asked, lookup } = setup({ failing: "reg.io/a" });
  await assert.rejects(lookup("reg.io/a"), /no reg.io\/a/);
  await assert.rejects(lookup("reg.io/a"), /no reg.io\/a/);
  assert.equal(asked.length, 2);
});

for (const kind of ["timeout", "spawn", "exit", "output-too-large"] as const) {
  test(`a failure (${kind}) counts for all who waited and for a minute, each time as the same error`, async () => {
    const { asked, clock, lookup } = setup({ failing: "reg.io/a", kind });
    const at = async (atMs: number, image: string) => {
      clock.now = atMs;
      return await lookup(image).catch((error: unknown) => error);
    };
    const waiting = [lookup("reg.io/a"), lookup("reg.io/b"), lookup("reg.io/a:2")];
    const ends = (await Promise.allSettled(waiting)).map((end) => end.status === "rejected" && end.reason);
    const later = [await at(0, "reg.io/c"), await at(59_999, "reg.io/a"), await at(59_999, "reg.io/b")];
    assert.ok(ends[0] instanceof CredentialProviderError);
    assert.equal(new Set([...ends, ...later]).size, 1);
    assert.deepEqual(asked, ["reg.io/a"]);
    assert.equal(await at(60_000, "reg.io/b"), "reg.io/b");
  });
}

/** A provider whose plugin says nothing until its call is given up, but for `other.io`. */
function createHanging() {
  const asked: string[] = [];
  const nothing: ProviderResponse = { cacheKeyType: "Registry", cacheDurationMs: undefined, credentials: [] };
  const ask = (repository: string, call: AbortSignal): Promise<ProviderResponse> => {
    asked.push(repository);
    if (repository.startsWith("other.io/")) return Promise.resolve(nothing);
    return new Promise((_, reject) => call.addEventListener("abort", () => reject(call.reason)));
  };
  const clock = { nowMs: () => 0 };
  const provider = createCredentialProvider({ config: { ...config, defaultCacheDurationMs: 0 }, ask, clock });
  const lookup = (image: string, stop: AbortSignal) => provider.lookup(parseReference(image), stop);
  return { asked, lookup };
}

test("a plugin that hangs for one registry holds up no image of another", async () => {
  const { lookup } = createHanging();
  const stop = new AbortController();
  const hanging = lookup("reg.io/a", stop.signal);
  assert.deepEqual(await lookup("other.io/a", stop.signal), []);
  stop.abort(new Error("enough"));
  await assert.rejects(hanging, new Error("enough"));
});

test("a call that was given up is no failure: who comes next makes another", async () => {
  const { asked, lookup } = createHanging();
  for (const reason of ["first", "second"]) {
    const stop = new AbortController();
    const left = lookup("reg.io/a", stop.signal);
    stop.abort(new Error(reason));
    await assert.rejects(left, new Error(reason));
  }
  assert.deepEqual(asked, ["reg.io/a", "reg.io/a"]);
});
