import { KubeError, type KubeErrorKind } from "../kube/errors.ts";
import type { Logger } from "../lib/log.ts";

/** What is said of one label; an undefined error means that it went well. */
export interface LabelLog {
  notYetCleared(): void;
  /** `isLate`: it was said before that it is not yet. */
  cleared(error: Error | undefined, isLate: boolean): void;
  written(value: string, error: Error | undefined): void;
}

/** What a ClusterRole must have for the label. */
const rule = { apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] };

const refusals: Partial<Record<KubeErrorKind, string>> = {
  forbidden: "node label not written: the service account may not patch its node; this rule is missing",
  "not-found": "node label not written: there is no such node; check NODE_NAME",
  // What a ValidatingAdmissionPolicy denies is a 422, unless it says otherwise.
  invalid: "node label not written: the API server does not take it; look at the admission policies",
};

/** Says each kind of refusal once: the second call meets the same one. */
export function createLabelLog(options: { nodeName: string; key: string; log: Logger }): LabelLog {
  const { nodeName: node, key: label, log } = options;
  const said = new Set<KubeErrorKind>();

  const fail = (message: string, error: Error, fields: object) => {
    const kind = error instanceof KubeError ? error.kind : "unknown";
    const refusal = refusals[kind];
    if (refusal === undefined) {
      log.error(message, { ...fields, error });
    } else if (!said.has(kind)) {
      said.add(kind);
      log.warn(refusal, { ...fields, ...(kind === "forbidden" && { rule }), error });
    }
  };

  return {
    notYetCleared() {
      log.warn("an earlier node label is not taken away yet, going on meanwhile", { node, label });
    },
    cleared(error, isLate) {
      const fields = { node, label };
      if (error !== undefined) return fail("an earlier node label is not taken away", error, fields);
      const say = isLate ? log.info : log.debug;
      say("no earlier node label is left", fields);
    },
    written(value, error) {
      const fields = { node, label, value };
      if (error !== undefined) return fail("node label not written", error, fields);
      log.info("node label written", fields);
    },
  };
}
