import { listPart, type Mount, pluginPart, secretPart, socketPart, tokenPart } from "../fetch-parts.ts";
import { ownRoot, privileged } from "../security-context.ts";
import type { AgentSettings } from "./settings.ts";

const portName = "metrics";

/** What a container of this instance sees of its node and its account. */
export interface NodeView {
  readonly args: readonly string[];
  readonly mounts: readonly Mount[];
}

/** Where the agent finds the runtime, and who it is for the API server. */
export function createNodeView(settings: AgentSettings): NodeView {
  return combine([socketPart(settings), tokenPart()]);
}

function createAgentView(settings: AgentSettings): NodeView {
  const { secret, plugins, features } = settings;
  return combine([
    socketPart(settings),
    ...(features.sources.includes("list") ? [listPart(settings)] : []),
    ...(secret === undefined ? [] : [secretPart(secret)]),
    ...(plugins === undefined ? [] : [pluginPart(plugins)]),
    statePart(),
    tokenPart(),
  ]);
}

function combine(parts: readonly { args?: readonly string[]; mounts?: readonly Mount[] }[]): NodeView {
  return {
    args: parts.flatMap((part) => part.args ?? []),
    mounts: parts.flatMap((part) => part.mounts ?? []),
  };
}

/** The record of what was pulled outlives the pod: only what is in it may be removed one day. */
function statePart() {
  const path = "/var/lib/prestow";
  const source = { hostPath: { path, type: "DirectoryOrCreate" } };
  return { mounts: [{ name: "state", path, source, writable: true as const }] };
}

/** The spec of the agent's pods. */
export function createAgentPodSpec(settings: AgentSettings): Record<string, unknown> {
  const view = createAgentView(settings);
  return { ...createPodBase(settings, view.mounts), containers: [createAgent(settings, view)] };
}

/** What all pods of an instance have: where they may run, as whom, and their volumes. */
export function createPodBase(
  { name, priorityClass, nodeSelector, tolerations }: AgentSettings,
  mounts: readonly Mount[],
): Record<string, unknown> {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
    nodeSelector,
    tolerations,
    volumes: mounts.map((mount) => ({ name: mount.name, ...mount.source })),
  };
}

function createAgent(settings: AgentSettings, { args, mounts }: NodeView): Record<string, unknown> {
  const { features, resources } = settings;
  return {
    ...createNodeContainer("agent", ["agent", ...args, ...features.args], mounts, settings),
    ...(features.metricsPort !== undefined && probed(features.metricsPort)),
    resources,
  };
}

/** A container that talks to the node's runtime. */
export function createNodeContainer(
  name: string,
  args: readonly string[],
  mounts: readonly Mount[],
  { image, flavor }: AgentSettings,
): Record<string, unknown> {
  return {
    name,
    image,
    args,
    env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    // So that `kubectl describe pod` tells what failed.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: mounts.map((mount) => ({
      name: mount.name,
      mountPath: mount.path,
      ...(mount.writable !== true && { readOnly: true }),
    })),
    securityContext: flavor === "ocp" ? privileged : ownRoot,
  };
}

function probed(containerPort: number): Record<string, unknown> {
  const get = (path: string) => ({ httpGet: { path, port: portName }, timeoutSeconds: 5 });
  return {
    ports: [{ name: portName, containerPort }],
    readinessProbe: { ...get("/readyz"), periodSeconds: 5 },
    // An agent that waits for a runtime lives; only a loop that stands still is ended.
    livenessProbe: { ...get("/livez"), initialDelaySeconds: 60, periodSeconds: 20, failureThreshold: 3 },
  };
}
