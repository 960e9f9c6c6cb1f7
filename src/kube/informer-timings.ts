/** How long an informer waits for what. */
export interface InformerTimings {
  /** Until an answer begins, and from one piece of a list to the next. */
  readonly answerTimeoutMs: number;
  /** One page of a list, whatever comes. */
  readonly pageTimeoutMs: number;
  /** After how long the server is asked to end a watch; at random between the two, so that not all begin anew at once. */
  readonly watchLeastMs: number;
  readonly watchMostMs: number;
  /** How much later a watch that says nothing is given up. */
  readonly watchMarginMs: number;
  /** A watch that lived for so long was no failure. */
  readonly stableMs: number;
  /** A watch that begins again sends at once what was missed, or that it cannot: it is not believed sooner. */
  readonly settleMs: number;
  /** The first wait after a failure is at most this long, each later one twice as long. */
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** The same for a resource that the server does not know: somebody may be installing it just now. */
  readonly absentFirstMs: number;
  readonly absentMostMs: number;
  /** Permissions are seldom given while we wait: asked for again after this, or up to twice as long. */
  readonly refusedMs: number;
  /** No longer, whatever the server asks for. */
  readonly retryAfterMostMs: number;
}

/** Those of client-go, where it has them. */
export const informerTimings: InformerTimings = {
  answerTimeoutMs: 30_000,
  pageTimeoutMs: 120_000,
  watchLeastMs: 300_000,
  watchMostMs: 600_000,
  watchMarginMs: 30_000,
  stableMs: 30_000,
  settleMs: 300,
  backoffFirstMs: 800,
  backoffMostMs: 30_000,
  absentFirstMs: 1000,
  absentMostMs: 8000,
  refusedMs: 30_000,
  retryAfterMostMs: 300_000,
};
