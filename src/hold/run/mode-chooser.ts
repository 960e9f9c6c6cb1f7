import { KubeError } from "../../kube/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ClassifyMessage } from "../promotion/judge-probe.ts";
import type { PodView } from "../promotion/pod-view.ts";
import { judgeDryFault, judgeDryPod, type VolumesVerdict } from "./always-pull.ts";
import {
  isModeProbe,
  judgeModeProbe,
  listNodeKinds,
  type ModeAnswer,
  modeAnnotation,
  type NodeKind,
} from "./mode-answers.ts";
import {
  chooseBlind,
  createModeProbe,
  type ModeChoice,
  type ModeInput,
  refuse,
  sumUp,
} from "./mode-choice.ts";
import type { PodWriter } from "./pod-writer.ts";

export interface ModeChooser {
  /** Throws a `KubeError`. */
  choose(input: ModeInput, signal: AbortSignal): Promise<ModeChoice>;
  /** Asks the API server anew at the next choice. */
  doubt(): void;
}

interface Tools {
  readonly pods: PodWriter;
  readonly classify: ClassifyMessage;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Chooses by what the API server and the nodes can, never by their versions. */
export function createModeChooser(tools: Tools): ModeChooser {
  const { pods, clock, log } = tools;
  let verdict: VolumesVerdict | undefined;
  const answers = new Map<string, ModeAnswer>();
  const askedMs = new Map<string, number>();

  const askServer = async (input: ModeInput, signal: AbortSignal): Promise<VolumesVerdict> => {
    try {
      const pod = createModeProbe(input, { flavour: "dry", nodeName: undefined }, clock.dateMs());
      return judgeDryPod(await pods.createDry(pod, signal));
    } catch (error) {
      const found = judgeDryFault(error);
      if (found !== undefined) return found;
      // A quota or a policy of the namespace: the pods themselves will tell.
      if (error instanceof KubeError && error.kind === "forbidden") return { ok: true };
      throw error;
    }
  };

  const askKind = async (kind: NodeKind, input: ModeInput, signal: AbortSignal): Promise<void> => {
    const { flavour } = kind;
    const nowMs = clock.nowMs();
    const startMs = askedMs.get(flavour) ?? nowMs;
    askedMs.set(flavour, startMs);
    const pod = input.probes.find((each) => each.annotations[modeAnnotation] === flavour && !each.deleting);
    const answer = pod && judgeModeProbe(pod, nowMs - startMs, tools.classify);
    if (answer !== undefined) {
      answers.set(flavour, answer);
      askedMs.delete(flavour);
      log.info("image volumes asked for", { ...kind, ...answer });
    } else if (pod === undefined) await createAsk(kind, input, startMs, signal);
  };

  const createAsk = async (kind: NodeKind, input: ModeInput, startMs: number, signal: AbortSignal) => {
    try {
      await pods.create(createModeProbe(input, kind, startMs), signal);
    } catch (error) {
      if (!(error instanceof KubeError) || !["forbidden", "invalid"].includes(error.kind)) throw error;
      answers.set(kind.flavour, { ok: false, reason: `no probe pod can be made: ${error.message}` });
    }
  };

  const removeAnswered = async (probes: readonly PodView[], signal: AbortSignal) => {
    for (const pod of probes) {
      const flavour = pod.annotations[modeAnnotation] ?? "";
      if (isModeProbe(pod) && !pod.deleting && !askedMs.has(flavour)) await pods.delete(pod, signal);
    }
  };

  // A kind that comes back has its whole time again; its old probe is removed with the next look.
  const forgetGone = (kinds: readonly NodeKind[]) => {
    const here = new Set(kinds.map(({ flavour }) => flavour));
    for (const flavour of askedMs.keys()) if (!here.has(flavour)) askedMs.delete(flavour);
  };

  return {
    doubt() {
      // What nodes have said stays: one that is upgraded is of another kind.
      verdict = undefined;
    },
    async choose(input, signal) {
      const { config, canProbe } = input;
      // What one before us has asked is asked anew, where it matters.
      if (canProbe) await removeAnswered(input.probes, signal);
      if (config.mode === "containers") return { mode: "containers", reason: "MODE=containers" };
      const isAuto = config.mode === "auto";
      if (!canProbe) return chooseBlind(isAuto);
      verdict ??= await askServer(input, signal);
      if (!verdict.ok) return refuse(isAuto, verdict.reason);
      if (!isAuto) return { mode: "volumes", reason: "MODE=volumes" };
      if (input.live === "volumes")
        return { mode: "volumes", reason: "the live DaemonSet has image volumes" };
      const kinds = listNodeKinds(input.targets);
      forgetGone(kinds);
      for (const kind of kinds) if (!answers.has(kind.flavour)) await askKind(kind, input, signal);
      return sumUp(kinds, answers);
    },
  };
}
