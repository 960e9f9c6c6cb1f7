/** The variables that configure `prestow hold`; other ones mean nothing to it. */
export const holdVariables = [
  "DAEMONSET_NAME",
  "DAEMONSET_ANNOTATIONS",
  "NAMESPACE",
  "DEPLOYMENT_NAME",
  "IMAGES",
  "CACHING_INTERVAL_HOURS",
  "CACHING_MEMORY_REQUEST",
  "CACHING_MEMORY_LIMIT",
  "CACHING_CPU_REQUEST",
  "CACHING_CPU_LIMIT",
  "NODE_SELECTOR",
  "AFFINITY",
  "TOLERATIONS",
  "IMAGE_PULL_SECRETS",
  "KIP_IMAGE",
  "MODE",
  "MAX_NODES",
  "PRIORITY_CLASS_NAME",
] as const;

/** The name of such a variable. */
export type HoldVariable = (typeof holdVariables)[number];

/** Variables and their values, as an environment or a folder gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The value without white space around it; an empty one counts as none, as it does for kubernetes-image-puller. */
export function readVariable(variables: Variables, name: HoldVariable): string | undefined {
  const value = variables[name]?.trim();
  return value === "" ? undefined : value;
}
