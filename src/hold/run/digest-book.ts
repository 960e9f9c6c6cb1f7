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
  /** Asks for what is not known or was asked too long ago, and forgets what nobody wants; `onChange` tells of answers. */
  want(images: readonly HeldImage[], intervalMs: number, onChange: () => void, signal: AbortSignal): void;
  /** Until something is due; undefined where nothing is. */
  nextMs(): number | undefined;
}

interface Entry {
  known: KnownDigest | undefined;
  failures: number;
  dueMs: number;
  busy: boolean;
}

const maxParallel = 4;
const firstRetryMs = 5_000;
const mostRetryMs = 600_000;

/** A book with nothing in it. */
export function createDigestBook(
  resolve: ResolveDigest,
  clock: Pick<Clock, "nowMs">,
  log: Logger,
): DigestBook {
  const entries = new Map<string, Entry>();

  const ask = async (entry: Entry, { ref, image }: HeldImage, intervalMs: number, signal: AbortSignal) => {
    entry.busy = true;
    try {
      note(entry, { digest: await resolve(image, signal) }, ref, log);
      entry.failures = 0;
      entry.dueMs = clock.nowMs() + intervalMs;
    } catch (error) {
      if (signal.aborted) return;
      entry.failures += 1;
      const waitMs = firstRetryMs * 2 ** Math.min(entry.failures - 1, 20);
      entry.dueMs = clock.nowMs() + Math.min(waitMs, mostRetryMs, Math.max(intervalMs, firstRetryMs));
      const failure = toFailure(error);
      if (entry.failures === 1) log.warn("a digest cannot be had", { image: ref, error });
      // A digest that was had once is what is held, whatever becomes of its registry.
      if (entry.known === undefined || "failure" in entry.known) entry.known = { failure };
    } finally {
      entry.busy = false;
    }
  };

  return {
    get: ({ ref }) => entries.get(ref)?.known,
    nextMs() {
      const dueMs = Math.min(
        ...[...entries.values()].filter(({ busy }) => !busy).map((entry) => entry.dueMs),
      );
      return Number.isFinite(dueMs) ? dueMs : undefined;
    },
    want(images, intervalMs, onChange, signal) {
      const wanted = images.filter(({ image }) => image.digest === undefined);
      forgetOthers(entries, wanted);
      let free = maxParallel - [...entries.values()].filter(({ busy }) => busy).length;
      for (const held of wanted) {
        const entry = entries.get(held.ref) ?? { known: undefined, failures: 0, dueMs: 0, busy: false };
        entries.set(held.ref, entry);
        if (free <= 0 || entry.busy || entry.dueMs > clock.nowMs()) continue;
        free -= 1;
        void ask(entry, held, intervalMs, signal).then(onChange);
      }
    },
  };
}

function forgetOthers(entries: Map<string, Entry>, wanted: readonly HeldImage[]): void {
  const refs = new Set(wanted.map(({ ref }) => ref));
  for (const ref of entries.keys()) if (!refs.has(ref)) entries.delete(ref);
}

function note(entry: Entry, known: { readonly digest: string }, ref: string, log: Logger): void {
  const before = entry.known !== undefined && "digest" in entry.known ? entry.known.digest : undefined;
  const { digest } = known;
  if (before === undefined) log.debug("digest resolved", { image: ref, digest });
  else if (before !== digest) log.info("the tag has moved", { image: ref, digest, before });
  entry.known = known;
}

function toFailure(error: unknown): { kind: ErrorKind; reason: string; message: string } {
  const kind = isRecord(error) ? error["kind"] : undefined;
  const message = printable(error instanceof Error ? error.message : String(error), 500);
  return { kind: isErrorKind(kind) ? kind : "unknown", reason: "DigestUnknown", message };
}

function isErrorKind(kind: unknown): kind is ErrorKind {
  return typeof kind === "string" && Object.hasOwn(retryRules, kind);
}
