import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GrpcError, type StatusCode } from "../../lib/grpc/status.ts";
import { runtimeErrorFrom } from "../../runtime/classify.ts";
import type { ErrorKind } from "../../runtime/errors.ts";
import { judgeProbe, parseGrpcCode } from "./judge-probe.ts";
import { parsePodView } from "./pod-view.ts";

/** As `prestow hold` classifies: by the patterns of the runtime's edge. */
function classify(message: string, code: string | undefined): ErrorKind {
  const status = (code ?? "UNKNOWN") as StatusCode;
  return runtimeErrorFrom(new GrpcError(status, message, { fromServer: true }), "PullImage").kind;
}

interface Shown {
  readonly state?: unknown;
  readonly lastState?: unknown;
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly deleting?: boolean;
  readonly init?: unknown;
}

function judge({ state, lastState, pod = {}, deleting = false, init }: Shown) {
  const view = parsePodView({
    metadata: { name: "probe", uid: "1", ...(deleting && { deletionTimestamp: "2030-01-01T00:00:00Z" }) },
    spec: {
      containers: [{ name: "a", image: "example.com/a:v1" }],
      ...(init !== undefined && { initContainers: [{ name: "copy-sleep", image: "prestow" }] }),
    },
    status: {
      phase: "Pending",
      ...pod,
      containerStatuses: [{ name: "a", state, lastState }],
      ...(init !== undefined && { initContainerStatuses: [{ name: "copy-sleep", state: init }] }),
    },
  });
  const [container] = view?.containers ?? [];
  assert.ok(view && container);
  const verdict = judgeProbe(container, view, classify);
  return "failure" in verdict ? `${verdict.outcome} ${verdict.failure.kind}` : verdict.outcome;
}

const waiting = (reason: string, message = "") => ({ state: { waiting: { reason, message } } });
const begun = "2030-01-01T00:00:00Z";
const backOff = (cause: string) => `Back-off pulling image "example.com/a:v1": ErrImagePull: ${cause}`;
const unpack = 'failed to pull and unpack image "example.com/a:v1": failed to resolve image: ';

const cases: Record<string, readonly [Shown, string]> = {
  "of which nothing is known": [{ state: undefined }, "pending"],
  "that is being created": [waiting("ContainerCreating"), "pending"],
  "that waits for init containers": [waiting("PodInitializing"), "pending"],
  "of a reason that Kubernetes has yet to invent": [waiting("SomethingNew"), "pending"],
  "that runs": [{ state: { running: { startedAt: begun } } }, "proven"],
  "that runs again after it ended": [
    {
      state: { running: { startedAt: begun } },
      lastState: { terminated: { exitCode: 1, startedAt: begun } },
    },
    "proven",
  ],
  "that ran to its end": [
    { state: { terminated: { exitCode: 0, reason: "Completed", startedAt: begun } } },
    "proven",
  ],
  "that ran until its pod was deleted": [
    { state: { terminated: { exitCode: 137, reason: "Error", startedAt: begun } }, deleting: true },
    "proven",
  ],
  "that ran until the deadline of its pod": [
    {
      state: { terminated: { exitCode: 137, reason: "Error", startedAt: begun } },
      pod: { phase: "Failed", reason: "DeadlineExceeded" },
    },
    "proven",
  ],
  "that exits at once": [
    { state: { terminated: { exitCode: 1, reason: "Error", startedAt: begun } } },
    "failed unsupported",
  ],
  "that exits again and again": [
    {
      ...waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container"),
      lastState: { terminated: { exitCode: 137, reason: "OOMKilled", startedAt: begun } },
    },
    "failed unsupported",
  ],
  "that cannot be started": [
    {
      state: {
        terminated: {
          exitCode: 128,
          reason: "StartError",
          message: 'exec: "/kip/sleep": stat /kip/sleep: no such file or directory: not found',
          startedAt: "1970-01-01T00:00:00Z",
        },
      },
    },
    "failed unsupported",
  ],
  "that never began when its pod ended": [
    {
      state: { terminated: { exitCode: 137, reason: "ContainerStatusUnknown" } },
      pod: { phase: "Failed", reason: "Evicted" },
    },
    "again timeout",
  ],
  "that still waited when its pod ended": [
    { ...waiting("ContainerCreating"), pod: { phase: "Failed", reason: "DeadlineExceeded" } },
    "again timeout",
  ],
  "that is not there": [
    waiting("ErrImagePull", `rpc error: code = NotFound desc = ${unpack}example.com/a:v1: not found`),
    "failed not-found",
  ],
  "that is not there, in back-off": [
    waiting("ImagePullBackOff", backOff(`rpc error: code = NotFound desc = ${unpack}x: not found`)),
    "failed not-found",
  ],
  "that is not for everybody": [
    waiting("ErrImagePull", `rpc error: code = Unknown desc = ${unpack}pull access denied, repository …`),
    "failed denied",
  ],
  "beyond the kubelet's limit": [waiting("ErrImagePull", "pull QPS exceeded"), "again rate-limited"],
  "beyond the kubelet's limit, in back-off": [
    waiting("ImagePullBackOff", backOff("pull QPS exceeded")),
    "again rate-limited",
  ],
  "of a registry that has enough of us": [
    waiting("ErrImagePull", `rpc error: code = Unknown desc = ${unpack}… 429 Too Many Requests`),
    "again rate-limited",
  ],
  "of a registry that is broken": [
    waiting("ErrImagePull", `rpc error: code = Unknown desc = ${unpack}… 503 Service Unavailable`),
    "again unavailable",
  ],
  "of a registry that is too slow": [
    waiting("ErrImagePull", "rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
    "again timeout",
  ],
  "of a registry that is not reachable": [waiting("RegistryUnavailable", "…"), "again unavailable"],
  "for which there is no room": [
    waiting("ErrImagePull", "rpc error: code = Unknown desc = write …: no space left on device"),
    "again no-space",
  ],
  "for which there is no room to create it": [
    waiting("CreateContainerError", "failed to create …: no space left on device"),
    "again no-space",
  ],
  "whose name no runtime can read": [waiting("InvalidImageName", "…"), "failed invalid-reference"],
  "that must not be pulled": [waiting("ErrImageNeverPull", "…"), "failed unsupported"],
  "whose signature is wrong": [waiting("SignatureValidationFailed", "…"), "failed denied"],
  "that the runtime cannot look at": [waiting("ImageInspectError", "…"), "again unavailable"],
  "that would run as root": [
    waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"),
    "failed unsupported",
  ],
  "that cannot be created": [waiting("CreateContainerError", "no command specified"), "failed unsupported"],
  "whose program is not found": [
    waiting("RunContainerError", 'exec: "/kip/sleep": not found'),
    "failed unsupported",
  ],
  "behind an init container that cannot be pulled": [
    {
      ...waiting("PodInitializing"),
      init: { waiting: { reason: "ErrImagePull", message: "rpc error: code = NotFound desc = not found" } },
    },
    "again not-found",
  ],
};
for (const [name, [shown, expected]] of Object.entries(cases)) {
  test(`a container ${name}: ${expected}`, () => assert.equal(judge(shown), expected));
}

test("real messages of runtimes through the kubelet's words mean the same as from the runtime itself", () => {
  const file = new URL("../../runtime/testdata/containerd-errors.json", import.meta.url);
  const records = JSON.parse(readFileSync(file, "utf8")) as { code: StatusCode; message: string }[];
  assert.ok(records.length > 20);
  const passing = ["rate-limited", "unavailable", "timeout", "stalled", "no-space"];
  for (const { code, message } of records) {
    const kind = classify(message, code);
    const name = code
      .toLowerCase()
      .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
      .replace("Cancelled", "Canceled");
    const said = backOff(`rpc error: code = ${name} desc = ${message}`);
    const expected = `${passing.includes(kind) ? "again" : "failed"} ${kind}`;
    assert.equal(judge(waiting("ImagePullBackOff", said)), expected, message);
  }
});

test("gRPC's codes are read from the kubelet's words", () => {
  const codes = ["rpc error: code = NotFound desc = x", "rpc error: code = Canceled desc = x", "no code"];
  assert.deepEqual(codes.map(parseGrpcCode), ["NOT_FOUND", "CANCELLED", undefined]);
});

test("what a runtime says is made safe to print", () => {
  const view = parsePodView({
    metadata: { name: "probe", uid: "1" },
    spec: { containers: [{ name: "a", image: "a" }] },
    status: {
      containerStatuses: [{ name: "a", ...waiting("ErrImagePull", `\u001b[31m${"x".repeat(9999)}`) }],
    },
  });
  const message = view?.containers[0]?.message ?? "";
  assert.ok(message.startsWith("\\x1b[31m") && message.length <= 1000);
});
