import type { HoldConfig } from "../config.ts";
import type { HeldSet } from "../held-set.ts";
import { type HoldNodesStatus, type HoldStatus, noNodes } from "../hold-status.ts";
import { createHoldDaemonSet } from "../objects/daemon-set.ts";
import { decidePromotion, type PromotionDecision } from "../promotion/decide-promotion.ts";
import type { PromotionState } from "../promotion/state.ts";
import { listCandidates } from "./candidates.ts";
import { createDaemonSetWriter } from "./daemon-set-writer.ts";
import { describeImages } from "./describe-images.ts";
import { createDigestBook } from "./digest-book.ts";
import { type HoldTools, holdTimings } from "./hold-tools.ts";
import type { Look } from "./look.ts";
import {
  beginPromotion,
  earliest,
  modeInputOf,
  mustKeepMode,
  platformsOf,
  surroundingsOf,
} from "./look-parts.ts";
import { isModeProbe } from "./mode-answers.ts";
import type { ModeChoice } from "./mode-choice.ts";
import { createModeChooser } from "./mode-chooser.ts";
import { createPodWriter } from "./pod-writer.ts";
import { applyProbes } from "./prober.ts";
import { createSlotGiver } from "./slot-giver.ts";

type Mode = "containers" | "volumes";

/** What came of one look. */
export interface WorkResult {
  readonly status: Omit<HoldStatus, "configFaults">;
  /** When to look again, though nothing happens; on the monotonic clock. */
  readonly wakeMs: number | undefined;
  /** The DaemonSet is another one now. */
  readonly wrote: boolean;
}

/** What the leader does with each look: decides, and writes. */
export interface HoldWork {
  /** Throws a `KubeError`; what is not done then is done at the next look. */
  run(look: Look, onChange: () => void, signal: AbortSignal): Promise<WorkResult>;
  /** Another replica was at work meanwhile. */
  forget(): void;
  /** The interval has passed: what may have changed without a word is asked anew. */
  doubt(): void;
}

const soonMs = 1_000;
const keptMode = "the live DaemonSet stays as it is until its images are proven in the other mode";

/** The work of a leader that begins. */
export function createHoldWork(tools: HoldTools, config: HoldConfig): HoldWork {
  const { client, clock, log, classify, timings = holdTimings } = tools;
  const pods = createPodWriter(client, config);
  const writer = createDaemonSetWriter({ client, config, clock, log });
  const chooser = createModeChooser({ pods, classify, clock, log });
  const digests = createDigestBook(tools.resolveDigest, clock, log, timings.digestRetryMs);
  const slots = createSlotGiver(pods, log);
  let promotion: { readonly mode: Mode; readonly state: PromotionState } | undefined;

  const promote = async (look: Look, mode: Mode, signal: AbortSignal): Promise<PromotionDecision> => {
    const candidates = listCandidates(look.config.images, mode, digests.get);
    const before = promotion?.mode === mode ? promotion.state : beginPromotion(look, mode);
    const decision = decidePromotion(before, {
      candidates,
      platforms: platformsOf(look),
      probes: look.probes.filter((pod) => !isModeProbe(pod)),
      canProbe: look.canProbe,
      nowMs: clock.nowMs(),
      classify,
    });
    // Before the calls: one that fails must not make it forget what it ordered.
    promotion = { mode, state: decision.state };
    const around = surroundingsOf(look, mode);
    const state = await applyProbes({ pods, clock, log }, look.config, around, decision, signal);
    promotion = { mode, state };
    return decision;
  };

  const write = async (look: Look, mode: Mode, decision: PromotionDecision, signal: AbortSignal) => {
    if (mustKeepMode(look, mode, decision)) return undefined;
    const set: HeldSet = { ...surroundingsOf(look, mode), gated: look.gated, images: decision.held };
    const desired = createHoldDaemonSet(look.config, set);
    if (desired === undefined) return undefined;
    return await writer.write(look.daemonSet, desired, look.mayUpdate, signal);
  };

  const give = async (look: Look, wrote: boolean, signal: AbortSignal) => {
    const { live, pods: seen, nodes, targets, config: now } = look;
    const counts = { desired: live?.desired ?? 0, ready: wrote ? 0 : (live?.ready ?? 0) };
    if (seen === undefined || !look.gated) return { nodes: { ...noNodes, ...counts }, wakeMs: undefined };
    const input = { pods: seen, nodes, targets: targets?.length ?? counts.desired, nowMs: clock.nowMs() };
    const { waiting, open, stuck, wakeMs } = await slots.give(now, input, signal);
    const given: HoldNodesStatus = { ...counts, waiting, open, stuck };
    return { nodes: given, wakeMs };
  };

  return {
    forget() {
      promotion = undefined;
      slots.forget();
    },
    doubt: () => chooser.doubt(),
    async run(look, onChange, signal) {
      const choice = await chooser.choose(modeInputOf(look), signal);
      const { mode } = choice;
      if (mode === undefined) return unchosen(look, choice, clock.nowMs() + soonMs);
      if (mode === "volumes") digests.want(look.config.images, look.config.intervalMs, onChange, signal);
      const decision = await promote(look, mode, signal);
      const outcome = await write(look, mode, decision, signal);
      const wrote = outcome?.kind === "written" || outcome?.kind === "again";
      if (outcome?.kind === "written") slots.renew();
      const given = await give(look, wrote, signal);
      const again = outcome?.kind === "again" ? clock.nowMs() + soonMs : undefined;
      const digestMs = mode === "volumes" ? digests.nextMs() : undefined;
      return {
        status: {
          leading: true,
          mode,
          modeReason: choice.reason,
          images: describeImages(decision.reports, look.pods),
          nodes: given.nodes,
          problem: outcome?.kind === "refused" ? outcome.reason : undefined,
          pending: mustKeepMode(look, mode, decision) ? keptMode : undefined,
        },
        wakeMs: earliest([decision.wakeMs, given.wakeMs, again, digestMs]),
        wrote,
      };
    },
  };
}

function unchosen(look: Look, { reason, refused }: ModeChoice, wakeMs: number): WorkResult {
  const { live } = look;
  const nodes = { ...noNodes, desired: live?.desired ?? 0, ready: live?.ready ?? 0 };
  const told =
    refused === true
      ? { problem: `MODE=volumes cannot be: ${reason}`, pending: undefined }
      : { problem: undefined, pending: reason };
  const status = { leading: true, mode: undefined, modeReason: reason, images: [], nodes, ...told };
  return { status, wakeMs, wrote: false };
}
