import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { recordAt } from "../../sources/json-parts.ts";
import type { HoldConfig } from "../config.ts";
import { createReview, type Feature, type FeatureNeed, listFeatureNeeds, type Question } from "./access.ts";
import { callMs } from "./call-ms.ts";

/** What the service account may do. */
export interface AccessBook {
  /** Whether it may do all that the feature needs; false until it was asked. */
  has(feature: Feature): boolean;
  /** Asks for what is not known to be allowed. Throws a `KubeError` where nobody answers. */
  ask(config: HoldConfig, signal: AbortSignal): Promise<void>;
  /** A call was refused: all is asked anew; what was allowed counts until there is an answer. */
  doubt(): void;
}

const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** Asks the API server's authorizer, and says of each permission that is missing once what that costs. */
export function createAccessBook(client: Pick<KubeClient, "post">, log: Logger): AccessBook {
  const allowed = new Set<Feature>();
  const said = new Set<Feature>();
  let isDoubted = false;

  const isAllowed = async (question: Question, namespace: string, signal: AbortSignal) => {
    try {
      const body = createReview(question, namespace);
      const answer = await client.post(path, body, { timeoutMs: callMs, signal });
      return recordAt(answer, "status")["allowed"] === true;
    } catch (error) {
      // Who may not even ask finds out by doing it.
      if (error instanceof KubeError && ["forbidden", "not-found"].includes(error.kind)) return true;
      throw error;
    }
  };

  const say = ({ feature, rule, effect }: FeatureNeed) => {
    if (said.has(feature)) return;
    said.add(feature);
    log.warn(`the service account may not do all: ${effect}; this rule is missing`, { rule });
  };

  const askFor = async (need: FeatureNeed, namespace: string, signal: AbortSignal) => {
    const { feature, questions } = need;
    const answers = await Promise.all(questions.map((each) => isAllowed(each, namespace, signal)));
    if (answers.every((answer) => answer)) allowed.add(feature);
    else {
      allowed.delete(feature);
      say(need);
    }
  };

  return {
    has: (feature) => allowed.has(feature),
    // To have no permission for a moment would change the DaemonSet, which then may be deleted for it.
    doubt() {
      isDoubted = true;
    },
    async ask(config, signal) {
      const open = listFeatureNeeds(config).filter(({ feature }) => isDoubted || !allowed.has(feature));
      const wasDoubted = isDoubted;
      isDoubted = false;
      try {
        await Promise.all(open.map((need) => askFor(need, config.namespace, signal)));
      } catch (error) {
        isDoubted ||= wasDoubted;
        throw error;
      }
    },
  };
}
