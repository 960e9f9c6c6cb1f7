import { createPrivilegedAccess } from "../access.ts";
import { createImageList } from "../image-list.ts";
import type { KubeObject } from "../kube-object.ts";
import { createAgentAccess } from "./access.ts";
import { createAgentPolicies } from "./policy.ts";
import type { AgentSettings } from "./settings.ts";
import { createUninstallDaemonSet } from "./uninstall.ts";
import { createAgentWorkload } from "./workload.ts";

/** All objects of one agent, each after those it needs. */
export function createAgentManifest(settings: AgentSettings): KubeObject[] {
  const imageList = createImageList(settings);
  return [
    ...createSurroundings(settings),
    ...(imageList === undefined ? [] : [imageList]),
    createAgentWorkload(settings),
  ];
}

/** What takes away what that agent left on the nodes; it replaces the agent, and is then deleted itself. */
export function createUninstallManifest(settings: AgentSettings): KubeObject[] {
  return [...createSurroundings(settings), createUninstallDaemonSet(settings)];
}

function createSurroundings(settings: AgentSettings): KubeObject[] {
  return [
    // Before the access that they narrow.
    ...(settings.admissionPolicy ? createAgentPolicies(settings) : []),
    ...createAgentAccess(settings),
    ...(settings.flavor === "ocp" ? createPrivilegedAccess(settings) : []),
  ];
}
