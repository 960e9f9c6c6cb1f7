import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage } from "../../lab/images/build.ts";
import type { Protection } from "./access.ts";
import { download } from "./download.ts";
import type { TestRegistry } from "./registry.ts";
import { startTestRegistry } from "./registry.ts";

const image = buildImage({ layers: [], platform: "linux/amd64" });
const credentials = { username: "lab", password: "p:w" };
const basic = `Basic ${Buffer.from("lab:p:w").toString("base64")}`;
const wrong = `Basic ${Buffer.from("lab:other").toString("base64")}`;

async function withProtected(
  protection: Protection,
  use: (registry: TestRegistry, manifest: string) => Promise<void>,
): Promise<void> {
  const registry = await startTestRegistry();
  registry.add("private", "v1", image);
  registry.protect("private", protection);
  try {
    await use(registry, `http://${registry.host}/v2/private/manifests/v1`);
  } finally {
    await registry.close();
  }
}

/** The token service's URL as the challenge gives it, with the challenge's own service and scope. */
async function readTokenUrl(manifest: string): Promise<URL> {
  const challenge = (await download(manifest)).headers["www-authenticate"] ?? "";
  const [, realm = "", service = "", scope = ""] =
    /^Bearer realm="([^"]+)",service="([^"]+)",scope="([^"]+)"$/.exec(challenge) ?? [];
  const url = new URL(realm);
  url.search = new URLSearchParams({ service, scope }).toString();
  return url;
}

async function oauth(url: URL, form: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ ...Object.fromEntries(url.searchParams), ...form });
  return fetch(`${url.origin}${url.pathname}`, { method: "POST", body });
}

async function statusWith(manifest: string, response: Response): Promise<number> {
  const { access_token } = (await response.json()) as { access_token: string };
  return (await download(manifest, { authorization: `Bearer ${access_token}` })).status;
}

test("a repository behind Basic opens to its user alone", () =>
  withProtected({ scheme: "basic", ...credentials }, async (_, manifest) => {
    const anonymous = await download(manifest);
    assert.deepEqual(
      [anonymous.status, anonymous.headers["www-authenticate"]?.split(" ")[0]],
      [401, "Basic"],
    );
    assert.equal((await download(manifest, { authorization: wrong })).status, 401);
    assert.equal((await download(manifest, { authorization: basic })).status, 200);
  }));

test("the token service gives a token for the password by GET and by POST", () =>
  withProtected({ scheme: "bearer", ...credentials }, async (registry, manifest) => {
    const url = await readTokenUrl(manifest);
    assert.equal(await statusWith(manifest, await fetch(url, { headers: { authorization: basic } })), 200);
    assert.equal(
      await statusWith(manifest, await oauth(url, { grant_type: "password", ...credentials })),
      200,
    );
    assert.equal((await fetch(url, { headers: { authorization: wrong } })).status, 401);
    const tokens = registry.requests().filter(({ kind }) => kind === "token");
    assert.deepEqual(
      tokens.map(({ method, username, grantType }) => [method, username, grantType]),
      [
        ["GET", "lab", undefined],
        ["POST", "lab", "password"],
        ["GET", "lab", undefined],
      ],
    );
  }));

test("an identity token is taken as a refresh token, another one is refused", () =>
  withProtected({ scheme: "bearer", ...credentials, identityToken: "identity" }, async (_, manifest) => {
    const url = await readTokenUrl(manifest);
    const form = { grant_type: "refresh_token", refresh_token: "identity" };
    assert.equal(await statusWith(manifest, await oauth(url, form)), 200);
    assert.equal((await oauth(url, { ...form, refresh_token: "other" })).status, 401);
  }));

test("without an identity token no refresh token opens anything", () =>
  withProtected({ scheme: "bearer", ...credentials }, async (_, manifest) => {
    const url = await readTokenUrl(manifest);
    assert.equal((await oauth(url, { grant_type: "refresh_token", refresh_token: "" })).status, 401);
    assert.equal((await oauth(url, { grant_type: "refresh_token" })).status, 401);
  }));

test("a registry token opens the repository without the token service", () =>
  withProtected({ scheme: "bearer", ...credentials, registryToken: "ready" }, async (_, manifest) => {
    assert.equal((await download(manifest, { authorization: "Bearer ready" })).status, 200);
    assert.equal((await download(manifest, { authorization: "Bearer other" })).status, 401);
    assert.equal((await download(manifest, { authorization: basic })).status, 401);
  }));

test("an anonymous token opens public repositories only", () =>
  withProtected({ scheme: "bearer", ...credentials }, async (registry, manifest) => {
    registry.add("public", "v1", image);
    const response = await fetch(await readTokenUrl(manifest));
    assert.equal(response.status, 200);
    assert.equal(await statusWith(manifest, response), 401);
    assert.equal((await download(`http://${registry.host}/v2/public/manifests/v1`)).status, 200);
  }));

test("a fault can hit the token service", () =>
  withProtected({ scheme: "bearer", ...credentials }, async (registry, manifest) => {
    registry.fault("private", { on: "token", kind: "status", status: 500, times: 1 });
    const url = await readTokenUrl(manifest);
    const ask = async () => (await fetch(url, { headers: { authorization: basic } })).status;
    assert.deepEqual([await ask(), await ask()], [500, 200]);
  }));
