import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GrpcError, type StatusCode } from "../lib/grpc/status.ts";
import { runtimeErrorFrom } from "./classify.ts";
import type { ErrorKind } from "./errors.ts";

interface Recorded {
  readonly runtime: string;
  readonly fault: string;
  readonly code: StatusCode | "OK";
  readonly message: string;
}

/** The kind of each fault that test/containerd/record-errors.ts shows to real containerds. */
const kinds: Record<string, ErrorKind> = {
  "401 on the manifest": "denied",
  "401 on a blob": "denied",
  "403 on the manifest": "denied",
  "403 on a blob": "denied",
  "404 on the manifest": "not-found",
  "404 on a blob": "not-found",
  "429 on the manifest": "rate-limited",
  "429 on a blob": "rate-limited",
  "429 with Retry-After": "rate-limited",
  "500 on the manifest": "unavailable",
  "500 on a blob": "unavailable",
  "502 on the manifest": "unavailable",
  "502 on a blob": "unavailable",
  "503 on the manifest": "unavailable",
  "503 on a blob": "unavailable",
  "reset on the manifest": "unavailable",
  "reset in a blob": "unavailable",
  "blob declared too short": "corrupt",
  "wrong digest of a blob": "corrupt",
  "wrong digest of a manifest": "corrupt",
  "redirect loop": "unavailable",
  "redirect loop of a blob": "unavailable",
  "no such tag": "not-found",
  "no such digest": "not-found",
  "no such repository": "not-found",
  "unparsable reference": "invalid-reference",
  "unresolvable name": "unavailable",
  "connection refused": "unavailable",
  "basic, anonymous": "denied",
  "basic, wrong password": "denied",
  "bearer, anonymous": "denied",
  "bearer, wrong password": "denied",
  "503 of the token service": "unavailable",
  "no image for this platform": "not-found",
  "unknown certificate": "unavailable",
  "disk full": "no-space",
  "disk full while unpacking": "no-space",
};

const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL("./testdata/containerd-errors.json", import.meta.url), "utf8"),
);

for (const { runtime, fault, code, message } of recorded) {
  // Such a containerd resumes by itself.
  if (code === "OK") continue;
  test(`reads what ${runtime} says to: ${fault}`, () => {
    const error = runtimeErrorFrom(new GrpcError(code, message, { fromServer: true }), "PullImage");
    assert.equal(error.kind, kinds[fault]);
    assert.doesNotMatch(error.message, /[?\n]/);
  });
}

const written: Record<string, readonly [StatusCode, string, ErrorKind]> = {
  "a repository named like an error": [
    "UNKNOWN",
    'failed to pull and unpack image "r.test/unauthorized/429:v1": something new',
    "unknown",
  ],
  "a path named like an error": [
    "UNKNOWN",
    "GET request to http://r.test/v2/denied/manifests/429: odd",
    "unknown",
  ],
  "a missing tag that is a number": [
    "NOT_FOUND",
    'failed to pull and unpack image "r.test/app:429": failed to resolve image: r.test/app:429: not found',
    "not-found",
  ],
  "a missing image named like an error": [
    "NOT_FOUND",
    'failed to pull and unpack image "r.test/certificate:1": failed to resolve reference "r.test/certificate:1": r.test/certificate:1: not found',
    "not-found",
  ],
  "a missing tag that is a number as containers/image says it": [
    "UNKNOWN",
    "reading manifest 429 in r.test/unauthorized: manifest unknown",
    "not-found",
  ],
  "an empty message": ["NOT_FOUND", "", "not-found"],
  "a pull that CRI-O gave up": ["CANCELLED", "context canceled", "timeout"],
  "CRI-O's codes": ["UNKNOWN", "RegistryUnavailable: pinging container registry", "unavailable"],
  "a signature that the policy refuses": ["UNKNOWN", "SignatureValidationFailed: no signature", "denied"],
  "a manifest that containers/image does not find": [
    "UNKNOWN",
    "reading manifest v9 in r.test/a: manifest unknown",
    "not-found",
  ],
  "a wrong password as containers/image says it": [
    "UNKNOWN",
    "unable to retrieve auth token: invalid username/password: unauthorized: authentication required",
    "denied",
  ],
  "a 403 as containers/image says it": [
    "UNKNOWN",
    "invalid status code from registry 403 (Forbidden)",
    "denied",
  ],
  "a 503 as containers/image says it": [
    "UNKNOWN",
    "invalid status code from registry 503 (Service Unavailable)",
    "unavailable",
  ],
  "a ping that was refused": [
    "UNKNOWN",
    "pinging container registry r: StatusCode: 403, <!doctype",
    "denied",
  ],
  "a refusal of GitLab": ["UNKNOWN", "denied: access forbidden", "denied"],
  "a refusal in capitals": ["UNKNOWN", "Access Denied", "denied"],
  "a stream that the registry reset": [
    "UNKNOWN",
    "stream error: stream ID 5; INTERNAL_ERROR; received from peer",
    "unavailable",
  ],
  "a user id that looks like a status": ["UNKNOWN", "lchown /x: UID 500 GID 500 is not mapped", "unknown"],
  "what nobody foresaw": ["INTERNAL", "flux capacitor", "unknown"],
};
for (const [name, [code, message, kind]] of Object.entries(written)) {
  test(`reads ${name}`, () => {
    assert.equal(
      runtimeErrorFrom(new GrpcError(code, message, { fromServer: true }), "PullImage").kind,
      kind,
    );
  });
}

const pauses: Record<string, number | undefined> = {
  "429 Too Many Requests": undefined,
  "429: retry-after: 7": 7000,
  "toomanyrequests: retry-after: 1.5s, allowed: 44000/minute": 1500,
  'toomanyrequests: {"Retry-After": "30"}': undefined,
};
for (const [message, expected] of Object.entries(pauses)) {
  test(`finds how long the registry asks for in: ${message}`, () => {
    const error = runtimeErrorFrom(new GrpcError("UNKNOWN", message, { fromServer: true }), "PullImage");
    assert.equal(error.retryAfterMs, expected);
  });
}

test("says of a lost runtime that it is the runtime, and of a registry that is away not", () => {
  const lost = runtimeErrorFrom(new GrpcError("UNAVAILABLE", "connect ENOENT"), "PullImage");
  assert.match(lost.message, /the container runtime is not reachable/);
  const registry = new GrpcError("UNAVAILABLE", "ref locked", { fromServer: true });
  assert.doesNotMatch(runtimeErrorFrom(registry, "PullImage").message, /not reachable/);
});

test("shows no query of a URL", () => {
  const secret = 'Get "https://cdn.test/blob?X-Amz-Signature=canary": EOF';
  assert.doesNotMatch(
    runtimeErrorFrom(new GrpcError("UNKNOWN", secret, { fromServer: true }), "PullImage").message,
    /canary/,
  );
});
