import type { ImageReference } from "../../image/reference.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { printable } from "../../lib/printable.ts";
import { isRecord } from "../../lib/record.ts";
import { retryRules } from "../../plan/retry.ts";
import type { ErrorKind } from "../../runtime/errors.ts";
import type { HeldImage } from "../config.ts";
import type { KnownDigest } from "./candidates.ts";

/** Asks the registry of an image for the digest that its tag has now. Throws with a `kind` and a safe message. */
export type ResolveDigest = (image: ImageReference, signal: AbortSignal) => Promise<string>;

/** What tags mean. */
export interface DigestBook {
  /** The last digest; why there is none; undefined: not answered yet. */
  get(image: HeldImage): KnownDigest | undefined;
  /**
   * Asks for what is not known or was asked too long ago, and forgets what nobody wants; `onChange` tells of answers.
   * Those that come together count together, at the call after the last of them: each change rolls out pods.
   */
  want(images: readonly HeldImage[], intervalMs: number, onChange: () => void, signal: AbortSignal): void;
  /** When something is due; undefined where nothing is. */
  nextMs(): number | undefined;
}

interface Entry {
  /** What counts. */
  known: KnownDigest | undefined;
  /** The last answer. */
  answer: KnownDigest | undefined;
  failures: number;
  dueMs: number;
  busy: boolean;
}

const maxParallel = 4;
const mostRetryMs = 600_000;
/** A registry that does not answer keeps the answers of the others no longer than this. */
const patienceMs = 10_000;

/** A book with nothing in it. */
export function createDigestBook(
  resolve: ResolveDigest,
  clock: Pick<Clock, "nowMs">,
  log: Logger,
  firstRetryMs: number,
): DigestBook {
  const entries = new Map<string, Entry>();
  /** Since when answers are waited for. */
  let openMs: number | undefined;

  const ask = async (entry: Entry, { ref, image }: HeldImage, intervalMs: number, signal: AbortSignal) => {
    entry.busy = true;
    try {
      noteDigest(entry, await resolve(image, signal), ref, log);
      entry.dueMs = clock.nowMs() + intervalMs;
    } catch (error) {
      if (!signal.aborted) noteFailure(entry, error, ref, log);
      entry.dueMs = clock.nowMs() + retryAfterMs(entry.failures, firstRetryMs, intervalMs);
    } finally {
      entry.busy = false;
    }
  };

  const publish = () => {
    const nowMs = clock.nowMs();
    const isOpen = [...entries.values()].some(({ busy, dueMs }) => busy || dueMs <= nowMs);
    openMs = isOpen ? (openMs ?? nowMs) : undefined;
    if (openMs !== undefined && nowMs - openMs < patienceMs) return;
    for (const entry of entries.values()) entry.known = entry.answer;
  };

  return {
    get: ({ ref }) => entries.get(ref)?.known,
    nextMs() {
      const times = [...entries.values()].filter(({ busy }) => !busy).map(({ dueMs }) => dueMs);
      const patient = openMs === undefined ? [] : [openMs + patienceMs];
      const dueMs = Math.min(...[...times, ...patient].filter((timeMs) => timeMs > clock.nowMs()));
      return Number.isFinite(dueMs) ? dueMs : undefined;
    },
    want(images, intervalMs, onChange, signal) {
      const wanted = images.filter(({ image }) => image.digest === undefined);
      forgetOthers(entries, wanted);
      let free = maxParallel - [...entries.values()].filter(({ busy }) => busy).length;
      for (const held of wanted) {
        const entry = entries.get(held.ref) ?? createEntry();
        entries.set(held.ref, entry);
        if (free <= 0 || entry.busy || entry.dueMs > clock.nowMs()) continue;
        free -= 1;
        void ask(entry, held, intervalMs, signal).then(onChange);
      }
      publish();
    },
  };
}

function createEntry(): Entry {
  return { known: undefined, answer: undefined, failures: 0, dueMs: Number.NEGATIVE_INFINITY, busy: false };
}

function forgetOthers(entries: Map<string, Entry>, wanted: readonly HeldImage[]): void {
  const refs = new Set(wanted.map(({ ref }) => ref));
  for (const ref of entries.keys()) if (!refs.has(ref)) entries.delete(ref);
}

function noteDigest(entry: Entry, digest: string, ref: string, log: Logger): void {
  const before = entry.answer !== undefined && "digest" in entry.answer ? entry.answer.digest : undefined;
  if (before === undefined) log.debug("digest resolved", { image: ref, digest });
  else if (before !== digest) log.info("the tag has moved", { image: ref, digest, before });
  entry.answer = { digest };
  entry.failures = 0;
}

function noteFailure(entry: Entry, error: unknown, ref: string, log: Logger): void {
  entry.failures += 1;
  if (entry.failures === 1) log.warn("a digest cannot be had", { image: ref, error });
  // A digest that was had once is what is held, whatever becomes of its registry.
  if (entry.answer === undefined || "failure" in entry.answer) entry.answer = { failure: toFailure(error) };
}

function retryAfterMs(failures: number, firstRetryMs: number, intervalMs: number): number {
  const waitMs = firstRetryMs * 2 ** Math.min(failures - 1, 20);
  return Math.min(waitMs, mostRetryMs, Math.max(intervalMs, firstRetryMs));
}

function toFailure(error: unknown): { kind: ErrorKind; reason: string; message: string } {
  const kind = isRecord(error) ? error["kind"] : undefined;
  const message = printable(error instanceof Error ? error.message : String(error), 500);
  return { kind: isErrorKind(kind) ? kind : "unknown", reason: "DigestUnknown", message };
}

function isErrorKind(kind: unknown): kind is ErrorKind {
  return typeof kind === "string" && Object.hasOwn(retryRules, kind);
}
