/** The addresses of a cluster, all inside the lab's network namespaces: no machine has to be free of them. */
export const network = {
  /** The control plane, the registries and DNS: the hub, whose bridge every node is attached to. */
  hub: "10.77.0.1",
  nodes: "10.77.0.0/24",
  services: "10.96.0.0/16",
  dnsService: "10.96.0.10",
  pods: "10.244.0.0/16",
  /** What a Service of type LoadBalancer can be given: routed to node 1, where kube-proxy answers. */
  loadBalancers: "10.78.0.0/24",
  apiPort: 6443,
  registryPort: 5000,
  privateRegistryPort: 5001,
} as const;

/** The most nodes that a lab can have. */
export const mostNodes = 9;

/** What sets a node apart from the others. */
export interface NodePlan {
  /** `node1`, `node2`, … */
  readonly name: string;
  readonly index: number;
  readonly address: string;
  readonly podCidr: string;
}

/** The plan of the nth node, counted from 1. */
export function createNodePlan(index: number): NodePlan {
  return {
    name: `node${index}`,
    index,
    address: `10.77.0.${10 + index}`,
    podCidr: `10.244.${index}.0/24`,
  };
}

/** The API server's address for everything in the hub and on nodes. */
export const apiServerUrl = `https://${network.hub}:${network.apiPort}`;
