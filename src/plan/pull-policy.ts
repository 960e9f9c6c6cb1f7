/** What `--pull-policy` may say; `Auto` is Kubernetes' own default for a pod's `imagePullPolicy`. */
export const pullPolicies = ["Auto", "IfNotPresent", "Always"] as const;
export type PullPolicy = (typeof pullPolicies)[number];
