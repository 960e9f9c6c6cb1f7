import assert from "node:assert/strict";
import { type PrestowOptions, type PrestowRun, runPrestow } from "./prestow.ts";

/** One image of what `prestow fetch --output json` prints. */
export interface FetchedImage {
  readonly ref: string;
  readonly normalizedRef: string;
  readonly where: string;
  readonly outcome: "pulled" | "present" | "failed";
  readonly attempts: number;
  readonly durationMs: number;
  readonly digest?: string;
  readonly sizeBytes?: number;
  readonly error?: { readonly kind: string; readonly message: string };
}

export interface FetchOutput {
  readonly total: number;
  readonly pulled: number;
  readonly present: number;
  readonly failed: number;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly images: readonly FetchedImage[];
}

export interface FetchRun extends PrestowRun {
  readonly output: FetchOutput;
  /** The result of the image that was asked for by this text. */
  image(ref: string): FetchedImage;
}

/** What every test of faults wants unless it says otherwise: short waits, and room for all at once. */
const quick: Readonly<Record<string, string>> = {
  "max-parallel": "50",
  "initial-pull-attempt-delay": "100ms",
  "initial-pull-attempt-timeout": "10s",
  "stall-timeout": "1s",
  "overall-timeout": "10s",
};

/** The arguments of a quick `fetch --output json`; `flags` add to them or replace them. */
export function fetchArgs(
  socket: string,
  refs: readonly string[],
  flags: Readonly<Record<string, string>> = {},
): string[] {
  const all = Object.entries({ ...quick, ...flags }).map(([name, value]) => `--${name}=${value}`);
  return ["fetch", "--output=json", `--cri-socket=${socket}`, ...all, ...refs];
}

/** Runs `fetch` to its end and reads its result. */
export async function runFetch(
  socket: string,
  refs: readonly string[],
  flags: Readonly<Record<string, string>> = {},
  options: PrestowOptions = {},
): Promise<FetchRun> {
  return readFetch(await runPrestow(fetchArgs(socket, refs, flags), options));
}

/** The result that a run of `fetch --output json` printed. */
export function readFetch(run: PrestowRun): FetchRun {
  assert.notEqual(run.stdout, "", `nothing on standard output:\n${run.stderr}`);
  const output: FetchOutput = JSON.parse(run.stdout);
  return {
    ...run,
    output,
    image(ref) {
      const found = output.images.filter((image) => image.ref === ref);
      assert.equal(found.length, 1, `${ref} in ${run.stdout}`);
      return found[0] as FetchedImage;
    },
  };
}

/** Fails unless the image was pulled in this run. */
export function assertPulled(run: FetchRun, ref: string): void {
  const { outcome, error } = run.image(ref);
  assert.equal(outcome, "pulled", `${ref}: ${error?.kind} ${error?.message}\n${run.stderr}`);
}

/** Fails unless the image failed with this kind. */
export function assertFailed(run: FetchRun, ref: string, kind: string): void {
  const { outcome, error } = run.image(ref);
  assert.equal(outcome, "failed", ref);
  assert.equal(error?.kind, kind, `${ref}: ${error?.message}`);
}
