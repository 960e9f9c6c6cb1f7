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
}
