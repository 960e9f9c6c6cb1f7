import { createNodeAccess, createPrivilegedAccess } from "./access.ts";
import { createDaemonSet } from "./daemon-set.ts";
import { createImageList } from "./image-list.ts";
import type { KubeObject } from "./kube-object.ts";
import { createMetrics } from "./metrics.ts";
import { createNodePolicy } from "./node-policy.ts";
import type { DeploySettings } from "./settings.ts";

/** All objects of one instance, each after those it needs. */
export function createManifest(settings: DeploySettings): KubeObject[] {
  const imageList = createImageList(settings);
  return [
    // Before the access that it narrows.
    ...(settings.admissionPolicy ? createNodePolicy(settings) : []),
    ...createNodeAccess(settings),
    ...(settings.flavor === "ocp" ? createPrivilegedAccess(settings) : []),
    ...(imageList === undefined ? [] : [imageList]),
    ...(settings.collectMetrics ? createMetrics(settings) : []),
    createDaemonSet(settings),
  ];
}
