import { KubeError, type KubeErrorKind } from "../../kube/errors.ts";
import type { Logger } from "../../lib/log.ts";

/** A rule of a Role, as it must be added where it is missing. */
export interface AccessRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const hints: Partial<Record<KubeErrorKind, string>> = {
  forbidden: "the service account may not do it; this rule is missing",
  "not-found": "there is no such node; check NODE_NAME",
  // What a ValidatingAdmissionPolicy denies is a 422, unless it says otherwise.
  invalid: "the API server does not take it; look at the admission policies",
};

/** Says why something cannot be done: each kind of refusal once, a passing failure when it begins. */
export function createRefusalLog(
  log: Logger,
  what: string,
  rule: AccessRule,
): (error: Error, failures: number) => void {
  const said = new Set<KubeErrorKind>();
  return (error, failures) => {
    const kind = error instanceof KubeError ? error.kind : "unknown";
    const hint = hints[kind];
    if (hint === undefined) {
      const say = failures === 1 ? log.warn : log.debug;
      return say(`${what}, trying again`, { error });
    }
    if (said.has(kind)) return;
    said.add(kind);
    log.warn(`${what}: ${hint}`, { ...(kind === "forbidden" && { rule }), error });
  };
}
