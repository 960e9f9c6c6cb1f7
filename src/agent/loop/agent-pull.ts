import type { ImageReference } from "../../image/reference.ts";
import type { NodeImage } from "../../plan/node-image.ts";
import { roundPauseMs } from "../../plan/round-pause.ts";
import type { RuntimeImage } from "../../runtime/runtime.ts";
import { ImagePull, type ImagePullTools, type PullSettings } from "../image-pull.ts";
import type { AttemptEnd, PullTask } from "../pull-queue.ts";

/** How the agent pulls; its rounds have no end in time. */
export type AgentPullSettings = Omit<PullSettings, "endMs" | "maxCallMs">;

/** For how long the agent's leases are to be made; see `createLeaseBook`. */
export const agentLeaseTtlMs = 6 * 3_600_000;

/** A lease is not used longer than this, and no call lasts longer: together they end before it does. */
const leaseUseMs = 2.5 * 3_600_000;
const maxCallMs = 3 * 3_600_000;

/** A round that has not brought the image by then is told as failed. */
const roundMs = 20 * 60_000;

/**
 * Pulls one desired image in rounds, for as long as it is desired: a round is what `fetch` does once; one that failed is
 * followed by a pause that grows. No method throws.
 */
export class AgentPull implements PullTask {
  readonly image: ImageReference;
  readonly #wanted: NodeImage;
  readonly #settings: AgentPullSettings;
  readonly #tools: ImagePullTools;
  readonly #onPulled: (image: RuntimeImage) => void;
  #round: { readonly pull: ImagePull; readonly startMs: number } | undefined;
  #failedRounds = 0;
  #leaseSinceMs: number | undefined;
  #notBeforeMs = 0;

  constructor(
    wanted: NodeImage,
    settings: AgentPullSettings,
    tools: ImagePullTools,
    onPulled: (image: RuntimeImage) => void,
  ) {
    this.image = wanted.image;
    this.#wanted = wanted;
    this.#settings = settings;
    this.#tools = tools;
    this.#onPulled = onPulled;
  }

  get notBeforeMs(): number {
    return this.#notBeforeMs;
  }

  async attempt(signal: AbortSignal): Promise<AttemptEnd> {
    const end = await this.#attempt(signal);
    this.#notBeforeMs = this.#tools.clock.nowMs() + (end.againInMs ?? 0);
    return end;
  }

  async #attempt(signal: AbortSignal): Promise<AttemptEnd> {
    await this.#renewLease(signal);
    this.#round ??= this.#beginRound();
    const { pull, startMs } = this.#round;
    const end = await pull.attempt(signal);
    if (pull.pulled !== undefined) {
      this.#onPulled(pull.pulled);
      return { againInMs: undefined };
    }
    if (signal.aborted) {
      this.cancel();
      return { againInMs: undefined };
    }
    const over = this.#tools.clock.nowMs() - startMs >= roundMs;
    if (end.againInMs !== undefined && !over) return end;
    return { againInMs: this.#endRound(pull, end.againInMs), pauseHostMs: end.pauseHostMs };
  }

  /** Never called: no pause of a registry is longer than what has no end. */
  giveUp(): void {}

  /** Somebody new asks for it, or what was in its way is gone: the next attempt is the first of a new row. */
  restart(): void {
    this.#round = undefined;
    this.#failedRounds = 0;
    this.#notBeforeMs = 0;
  }

  /** Ends the round of an image that is not wanted any more; not while an attempt runs, which does so itself. */
  cancel(): void {
    this.#round?.pull.close({ kind: "cancelled", message: "not wanted on this node any more" });
    this.#round = undefined;
  }

  #beginRound(): { pull: ImagePull; startMs: number } {
    const { requests, image } = this.#wanted;
    const { ref, where } = requests[0] ?? { ref: image.text, where: "" };
    const settings = { ...this.#settings, endMs: Number.POSITIVE_INFINITY, maxCallMs };
    const pull = new ImagePull({ ref, where, image }, this.#tools, settings);
    return { pull, startMs: this.#tools.clock.nowMs() };
  }

  /** The pause until the next round. */
  #endRound(pull: ImagePull, againInMs: number | undefined): number {
    this.#round = undefined;
    this.#failedRounds += 1;
    // A round that failed by itself has told so; for the others the image's last error does.
    pull.close({ kind: "timeout", message: "not pulled in 20 minutes" });
    const pauseMs = roundPauseMs(this.#failedRounds, this.#settings, this.#tools.random);
    return Math.max(pauseMs, againInMs ?? 0);
  }

  /** A lease ends by itself, and a call under one that has ended fails. */
  async #renewLease(signal: AbortSignal): Promise<void> {
    const nowMs = this.#tools.clock.nowMs();
    this.#leaseSinceMs ??= nowMs;
    if (nowMs - this.#leaseSinceMs < leaseUseMs) return;
    this.#leaseSinceMs = nowMs;
    await this.#tools.leases.release(this.#wanted.name, signal);
  }
}
