import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { parseProviders } from "./provider-config.ts";

const canary = "c4n4ry-s3cret";
const provider = {
  name: "ecr",
  apiVersion: "credentialprovider.kubelet.k8s.io/v1",
  matchImages: ["*.dkr.ecr.*.amazonaws.com"],
  defaultCacheDuration: "12h",
};
const root = { apiVersion: "kubelet.config.k8s.io/v1", kind: "CredentialProviderConfig" };

function parse(changes: object) {
  return parseProviders({ ...root, providers: [{ ...provider, ...changes }] }, "config x.yaml");
}

test("reads a provider with arguments and environment", () => {
  const env = [
    { name: "AWS_PROFILE", value: "a=b" },
    { name: "EMPTY", value: "" },
  ];
  const [parsed] = parse({ args: ["get", "--x"], env });
  assert.deepEqual(parsed, {
    requiresServiceAccount: false,
    config: {
      name: "ecr",
      apiVersion: provider.apiVersion,
      matchImages: [{ hostParts: ["*", "dkr", "ecr", "*", "amazonaws", "com"], port: "", path: "" }],
      defaultCacheDurationMs: 43_200_000,
      args: ["get", "--x"],
      env: { AWS_PROFILE: "a=b", EMPTY: "" },
    },
  });
});

for (const version of ["v1", "v1beta1", "v1alpha1"]) {
  test(`accepts ${version} of both groups, as the kubelet does`, () => {
    const providers = [{ ...provider, apiVersion: `credentialprovider.kubelet.k8s.io/${version}` }];
    const value = { ...root, apiVersion: `kubelet.config.k8s.io/${version}`, providers };
    assert.equal(parseProviders(value, "x")[0]?.config.apiVersion, providers[0]?.apiVersion);
  });
}

const durations: [text: string, ms: number][] = [
  ["0s", 0],
  ["0", 0],
  ["1h30m", 5_400_000],
];
for (const [defaultCacheDuration, ms] of durations) {
  test(`accepts the default duration ${defaultCacheDuration}`, () => {
    assert.equal(parse({ defaultCacheDuration })[0]?.config.defaultCacheDurationMs, ms);
  });
}

const tokens: [requireServiceAccount: boolean, serviceAccountTokenAudience: string][] = [
  [true, "a"],
  [false, "b"],
];
for (const [requireServiceAccount, serviceAccountTokenAudience] of tokens) {
  test(`says whether a service account is required: ${requireServiceAccount}`, () => {
    const tokenAttributes = { requireServiceAccount, serviceAccountTokenAudience, cacheType: "Token" };
    assert.equal(parse({ tokenAttributes })[0]?.requiresServiceAccount, requireServiceAccount);
  });
}

const roots: Record<string, [value: unknown, message: string]> = {
  nothing: [null, "config x.yaml: must be an object"],
  "a text": [canary, "config x.yaml: must be an object"],
  "another kind": [
    { ...root, kind: "KubeletConfiguration", providers: [provider] },
    "config x.yaml: kind must be CredentialProviderConfig",
  ],
  "no apiVersion": [{ kind: root.kind, providers: [provider] }, "config x.yaml: apiVersion is required"],
  "another group": [
    { ...root, apiVersion: "v1", providers: [provider] },
    "config x.yaml: apiVersion must be kubelet.config.k8s.io/v1 or kubelet.config.k8s.io/v1beta1 or kubelet.config.k8s.io/v1alpha1",
  ],
  "no providers": [root, "config x.yaml: providers must have at least one provider"],
  "empty providers": [{ ...root, providers: [] }, "config x.yaml: providers must have at least one provider"],
  "providers that are an object": [
    { ...root, providers: provider },
    "config x.yaml: providers must be a list",
  ],
  "an unknown field": [
    { ...root, provider: [provider] },
    "config x.yaml: provider is an unknown field; is providers meant?",
  ],
};
for (const [name, [value, message]] of Object.entries(roots)) {
  test(`refuses a configuration with ${name}`, () => {
    assert.throws(() => parseProviders(value, "config x.yaml"), new ConfigError(message));
  });
}

const refused: Record<string, [changes: object, message: RegExp]> = {
  "no name": [{ name: undefined }, /providers\[0\]\.name is required$/],
  "an empty name": [{ name: "" }, /\.name is empty/],
  "a path as name": [{ name: "../ecr" }, /\.name must be a file name without slashes/],
  "a backslash in its name": [{ name: "a\\b" }, /\.name must be a file name/],
  "a space in its name": [{ name: "e cr" }, /\.name must be a file name/],
  "the name .": [{ name: "." }, /\.name must be a file name/],
  "the name ..": [{ name: ".." }, /\.name must be a file name/],
  "a NUL in its name": [{ name: "a\0" }, /\.name must not hold a NUL/],
  "a number as name": [{ name: 7 }, /\.name must be a text; put it in quotes$/],
  "no apiVersion": [{ apiVersion: undefined }, /\.apiVersion is required$/],
  "an unknown apiVersion": [
    { apiVersion: "v1" },
    /\.apiVersion must be credentialprovider\.kubelet\.k8s\.io\/v1 or/,
  ],
  "no matchImages": [{ matchImages: undefined }, /\.matchImages must have at least one/],
  "empty matchImages": [{ matchImages: [] }, /\.matchImages must have at least one/],
  "matchImages that are a text": [{ matchImages: "reg.io" }, /\.matchImages must be a list$/],
  "a registry with scheme": [
    { matchImages: ["reg.io", "https://reg.io"] },
    /\.matchImages\[1\] must not have a scheme/,
  ],
  "a malformed registry": [{ matchImages: ["reg io"] }, /\.matchImages\[0\] is wrong: its host is malformed/],
  "a registry that is null": [{ matchImages: [null] }, /\.matchImages\[0\] must be a text/],
  "no defaultCacheDuration": [{ defaultCacheDuration: undefined }, /\.defaultCacheDuration is required$/],
  "a negative duration": [{ defaultCacheDuration: "-1s" }, /\.defaultCacheDuration must not be negative/],
  "a duration without unit": [
    { defaultCacheDuration: "12" },
    /\.defaultCacheDuration is wrong: "12" is no duration/,
  ],
  "a duration that is a number": [{ defaultCacheDuration: 12 }, /\.defaultCacheDuration must be a text/],
  "an argument that is a number": [{ args: ["a", 1] }, /\.args\[1\] must be a text/],
  "an environment that is an object": [{ env: { A: canary } }, /\.env must be a list$/],
  "a variable without name": [{ env: [{ value: canary }] }, /\.env\[0\]\.name is required$/],
  "a variable without value": [{ env: [{ name: "A" }] }, /\.env\[0\]\.value is required$/],
  "a variable named A=B": [{ env: [{ name: "A=B", value: canary }] }, /\.env\[0\]\.name must not be empty/],
  "a NUL in a variable": [
    { env: [{ name: "A", value: `${canary}\0` }] },
    /\.env\[0\]\.value must not hold a NUL/,
  ],
  "a variable from a secret": [
    { env: [{ name: "A", valueFrom: canary }] },
    /\.env\[0\]\.valueFrom is an unknown field/,
  ],
  "an unknown field": [
    { matchImage: ["reg.io"] },
    /\[0\]\.matchImage is an unknown field; is matchImages meant\?$/,
  ],
  "tokenAttributes that are a text": [{ tokenAttributes: canary }, /\.tokenAttributes must be an object$/],
  "tokenAttributes that do not say if required": [
    { tokenAttributes: {} },
    /requireServiceAccount must be true or false$/,
  ],
  "an unknown token attribute": [
    { tokenAttributes: { audience: canary } },
    /tokenAttributes\.audience is an unknown field/,
  ],
};
for (const [name, [changes, message]] of Object.entries(refused)) {
  test(`refuses a provider with ${name}, names the field and quotes no value`, () => {
    assert.throws(
      () => parse(changes),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.ok(error.message.startsWith("config x.yaml: providers[0]."));
        assert.ok(!`${error.stack}`.includes(canary));
        return true;
      },
    );
  });
}
