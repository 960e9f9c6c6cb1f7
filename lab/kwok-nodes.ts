import { ConfigError } from "../src/lib/config-error.ts";

/** The annotation of nodes that kwok plays the kubelet of; label and taint have the same key and value. */
export const kwokMark = { key: "kwok.x-k8s.io/node", value: "fake" } as const;

const mostSimulated = 1_000;

/** How many nodes the one argument asks for. Throws a `ConfigError` where it is no such number. */
export function parseKwokArguments(args: readonly string[]): number {
  const [text = "", ...more] = args;
  const count = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (more.length === 0 && count <= mostSimulated) return count;
  throw new ConfigError(`use lab/kwok N, the number of simulated nodes: 0 to ${mostSimulated}`);
}

/** The name of the nth simulated node, counted from 1. */
export function kwokNodeName(index: number): string {
  return `kwok${index}`;
}

/** A simulated node. Only pods that tolerate its taint are put there, or all that needs a node to run would stand still. */
export function createKwokNode(index: number): object {
  const name = kwokNodeName(index);
  const { key, value } = kwokMark;
  const labels = {
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    [key]: value,
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels, annotations: { [key]: value } },
    spec: { taints: [{ key, value, effect: "NoSchedule" }] },
  };
}

/** Of the nodes that there are, those that are too many for `count`. */
export function decideSurplus(names: readonly string[], count: number): string[] {
  const wanted = new Set(Array.from({ length: count }, (_, index) => kwokNodeName(index + 1)));
  return names.filter((name) => !wanted.has(name));
}
