import type { ErrorKind } from "../../runtime/errors.ts";
import type { ContainerView } from "./container-view.ts";
import { hasEnded, type PodView } from "./pod-view.ts";

/** Why an image did not start. */
export interface ProbeFailure {
  readonly kind: ErrorKind;
  /** Kubernetes' word for it: `ErrImagePull`. */
  readonly reason: string;
  /** Safe to print. */
  readonly message: string;
}

/** What a probe says of one image; `again`: it failed for what is not the image's fault. */
export type ProbeVerdict =
  | { readonly outcome: "pending" }
  | { readonly outcome: "proven" }
  | { readonly outcome: "failed" | "again"; readonly failure: ProbeFailure };

/** The kind of failure that a message of the runtime means; `code` is gRPC's, `NOT_FOUND`. */
export type ClassifyMessage = (message: string, code: string | undefined) => ErrorKind;

type Pod = Pick<PodView, "phase" | "reason" | "deleting" | "initContainers">;

/** Failures of the node, the network or the registry, which say nothing of the image. */
const passing: ReadonlySet<ErrorKind> = new Set([
  "rate-limited",
  "unavailable",
  "timeout",
  "stalled",
  "no-space",
]);

const pullReasons = new Set(["ErrImagePull", "ImagePullBackOff"]);
const fixedKinds: ReadonlyMap<string, ErrorKind> = new Map([
  ["InvalidImageName", "invalid-reference"],
  ["ErrImageNeverPull", "unsupported"],
  ["SignatureValidationFailed", "denied"],
  ["RegistryUnavailable", "unavailable"],
  // The runtime could not be asked for what it has.
  ["ImageInspectError", "unavailable"],
]);
/** The image is there, and nothing runs in it: only faults of the node are told apart. */
const startReasons = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PostStartHookError",
  "StartError",
  "ContainerCannotRun",
]);

/** Judges one container of a probe by its status; pure. */
export function judgeProbe(container: ContainerView, pod: Pod, classify: ClassifyMessage): ProbeVerdict {
  if (container.state === "running") return { outcome: "proven" };
  if (container.state === "terminated") return judgeEnd(container, pod, classify);
  const verdict = judgeWaiting(container, classify);
  if (verdict.outcome !== "pending") return verdict;
  return judgeInit(pod, classify) ?? (hasEnded(pod) ? again(pod.reason ?? "Ended", notReached) : verdict);
}

const notReached = "the probe ended before its turn came";

function judgeWaiting(container: ContainerView, classify: ClassifyMessage): ProbeVerdict {
  const { reason = "", message } = container;
  if (pullReasons.has(reason)) return judgePull(reason, message, classify);
  const kind = fixedKinds.get(reason);
  if (kind !== undefined) return failure(kind, reason, message);
  if (startReasons.has(reason)) return failure(kindOfStart(message, classify), reason, message);
  if (reason === "CrashLoopBackOff") return judgeExit(container);
  return { outcome: "pending" };
}

function judgePull(reason: string, message: string, classify: ClassifyMessage): ProbeVerdict {
  // The kubelet's own limit: the registry was not even asked.
  if (isQpsExceeded(message)) return failure("rate-limited", reason, message);
  return failure(classify(message, parseGrpcCode(message)), reason, message);
}

/** Whether a pull only waits for the kubelet's own limit of pulls in a second. */
export function isQpsExceeded(message: string): boolean {
  return /pull QPS exceeded/i.test(message);
}

/** gRPC's code in the words of the kubelet: `rpc error: code = NotFound desc = …` is `NOT_FOUND`. */
export function parseGrpcCode(message: string): string | undefined {
  const name = /\brpc error: code = ([A-Za-z]+)/.exec(message)?.[1];
  // The one that Go spells in its own way.
  if (name === "Canceled") return "CANCELLED";
  return name?.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function judgeEnd(container: ContainerView, pod: Pod, classify: ClassifyMessage): ProbeVerdict {
  const { reason = "", message, started, exitCode } = container;
  if (!started && startReasons.has(reason)) return failure(kindOfStart(message, classify), reason, message);
  if (!started) return again(reason || "Ended", message || notReached);
  // What ends a pod ends its containers, too: that they ran is what was asked.
  if (exitCode === 0 || pod.deleting || pod.reason !== undefined) return { outcome: "proven" };
  return judgeExit(container);
}

// What holds an image must go on running, or the pod that holds all of them is never ready.
function judgeExit({ exitCode, exitReason, reason = "Error" }: ContainerView): ProbeVerdict {
  const why = exitReason === undefined || exitReason === "Error" ? "" : ` (${exitReason})`;
  return failure("unsupported", reason, `it does not stay running: exit code ${exitCode ?? "unknown"}${why}`);
}

// Our own image is in the way of all others: not their fault.
function judgeInit({ initContainers }: Pod, classify: ClassifyMessage): ProbeVerdict | undefined {
  for (const container of initContainers) {
    const verdict = judgeWaiting(container, classify);
    if (verdict.outcome === "failed" || verdict.outcome === "again") {
      return { outcome: "again", failure: verdict.failure };
    }
  }
  return undefined;
}

// "not found" is here a file of the image or the node, never the image.
function kindOfStart(message: string, classify: ClassifyMessage): ErrorKind {
  const kind = classify(message, parseGrpcCode(message));
  return passing.has(kind) ? kind : "unsupported";
}

function failure(kind: ErrorKind, reason: string, message: string): ProbeVerdict {
  return { outcome: passing.has(kind) ? "again" : "failed", failure: { kind, reason, message } };
}

function again(reason: string, message: string): ProbeVerdict {
  return { outcome: "again", failure: { kind: "timeout", reason, message } };
}
