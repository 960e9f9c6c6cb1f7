import type { Keyring } from "../credentials/keyring.ts";
import type { ImageReference } from "../image/reference.ts";
import type { Clock } from "../lib/clock.ts";
import { formatDuration } from "../lib/duration.ts";
import type { ActiveDownload } from "../runtime/downloads.ts";
import { type ErrorKind, RuntimeError } from "../runtime/errors.ts";
import type { ImageRuntime, RegistryAuth } from "../runtime/runtime.ts";
import { createAttemptDeadline } from "./attempt-deadline.ts";
import type { DownloadWatch } from "./download-watch.ts";

export interface AttemptTools {
  readonly runtime: ImageRuntime;
  readonly keyring: Keyring;
  /** Absent where the runtime shows no downloads. */
  readonly watch: DownloadWatch | undefined;
  readonly clock: Clock;
}

export interface Attempt {
  readonly image: ImageReference;
  readonly timeoutMs: number;
  /** The longest that the call itself may last, however much the image moves. */
  readonly callTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly leaseId: string | undefined;
  readonly signal: AbortSignal;
  onProgress(downloadedBytes: number, totalBytes: number): void;
  onStalled(download: ActiveDownload): void;
}

/**
 * What another credential may mend: registries hide a private repository behind either of the first two, and a
 * token service may refuse a credential in words of its own.
 */
const worthAnotherCredential: ReadonlySet<ErrorKind> = new Set(["denied", "not-found", "unknown"]);

/**
 * Pulls an image once: with each of its credentials in turn until one succeeds, anonymously where it has
 * none. Throws the `RuntimeError` of the last credential, or the signal's reason.
 */
export async function pullOnce(tools: AttemptTools, attempt: Attempt): Promise<void> {
  const auths = await tools.keyring.lookup(attempt.image, attempt.signal);
  const candidates: readonly (RegistryAuth | undefined)[] = auths.length === 0 ? [undefined] : auths;
  for (const [index, auth] of candidates.entries()) {
    try {
      await pullWith(tools, attempt, auth);
      return;
    } catch (error) {
      const last = index === candidates.length - 1;
      if (last || !(error instanceof RuntimeError) || !worthAnotherCredential.has(error.kind)) throw error;
    }
  }
}

async function pullWith(
  tools: AttemptTools,
  attempt: Attempt,
  auth: RegistryAuth | undefined,
): Promise<void> {
  const { runtime, watch, clock } = tools;
  const deadline = createAttemptDeadline(clock, attempt.timeoutMs, attempt.signal, () => {
    const message = `no answer within the attempt's ${formatDuration(attempt.timeoutMs)}`;
    return new RuntimeError(message, { kind: "timeout" });
  });
  const unwatch = watchDownloads(watch, attempt, deadline);
  let succeeded = false;
  try {
    const { leaseId } = attempt;
    // As the user wrote it: a short name means to the runtime what it means in a pod.
    await runtime.pullImage(
      {
        image: attempt.image.text,
        ...(auth !== undefined && { auth }),
        ...(leaseId !== undefined && { leaseId }),
      },
      { timeoutMs: attempt.callTimeoutMs, signal: deadline.signal },
    );
    succeeded = true;
  } finally {
    unwatch(succeeded);
    deadline.dispose();
  }
}

function watchDownloads(
  watch: DownloadWatch | undefined,
  attempt: Attempt,
  deadline: ReturnType<typeof createAttemptDeadline>,
): (succeeded: boolean) => void {
  if (watch === undefined || attempt.leaseId === undefined) return () => {};
  return watch.add({
    leaseId: attempt.leaseId,
    stallTimeoutMs: attempt.stallTimeoutMs,
    onProgress: attempt.onProgress,
    onMoved: () => deadline.touch(),
    onStalled: (download) => {
      attempt.onStalled(download);
      const stood = formatDuration(attempt.stallTimeoutMs);
      const message = `the download of ${download.digest} stood at ${download.offsetBytes} bytes for ${stood}`;
      deadline.abort(new RuntimeError(message, { kind: "stalled" }));
    },
  });
}
