import type { KubeClient } from "../../kube/client.ts";
import type { Leader } from "../../kube/lease.ts";
import type { Clock, Random } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ConfigSource } from "../config/config-source.ts";
import type { ClassifyMessage } from "../promotion/judge-probe.ts";
import type { HoldTelling } from "../telling/hold-telling.ts";
import type { ResolveDigest } from "./digest-book.ts";
import type { Inform } from "./watchers.ts";

/** What `prestow hold` works with. */
export interface HoldTools {
  readonly source: ConfigSource;
  readonly client: Pick<KubeClient, "get" | "post" | "put" | "patch" | "delete">;
  readonly inform: Inform;
  readonly leader: Leader;
  readonly resolveDigest: ResolveDigest;
  readonly classify: ClassifyMessage;
  readonly telling: HoldTelling;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timings?: HoldTimings;
}

/** How soon the controller looks again. */
export interface HoldTimings {
  /** Changes come in bursts: those of one are one look. */
  readonly settleMs: number;
  readonly leastWaitMs: number;
  readonly mostWaitMs: number;
  /** After a look that came to nothing, doubled with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffMostMs: number;
  /** A registry that failed is asked again after this, doubled with each further failure. */
  readonly digestRetryMs: number;
}

/** The timings that `prestow hold` uses. */
export const holdTimings: HoldTimings = {
  settleMs: 200,
  leastWaitMs: 300,
  mostWaitMs: 30_000,
  backoffFirstMs: 1_000,
  backoffMostMs: 30_000,
  digestRetryMs: 5_000,
};
