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
  /** A call was refused: all is asked anew. */
  doubt(): void;
}

const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** Asks the API server's authorizer, and says of each permission that is missing once what that costs. */
export function createAccessBook(client: Pick<KubeClient, "post">, log: Logger): AccessBook {
  const allowed = new Set<Feature>();
  const said = new Set<Feature>();

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

  return {
    has: (feature) => allowed.has(feature),
    doubt: () => allowed.clear(),
    async ask(config, signal) {
      const { namespace } = config;
      await Promise.all(
        listFeatureNeeds(config).map(async (need) => {
          if (allowed.has(need.feature)) return;
          const answers = await Promise.all(
            need.questions.map((question) => isAllowed(question, namespace, signal)),
          );
          if (answers.every((answer) => answer)) allowed.add(need.feature);
          else say(need);
        }),
      );
    },
  };
}
