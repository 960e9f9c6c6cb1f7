import { network } from "./network.ts";

const role = "rbac.authorization.k8s.io";
const labels = { "k8s-app": "kube-dns" };

function dnsService(): object[] {
  const metadata = { name: "kube-dns", namespace: "kube-system", labels };
  const ports = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ];
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kube-dns" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [network.hub], conditions: { ready: true } }],
    ports,
  };
  const spec = { clusterIP: network.dnsService, ports };
  return [{ apiVersion: "v1", kind: "Service", metadata, spec }, slice];
}

function dnsRole(): object[] {
  const metadata = { name: "lab:coredns" };
  const verbs = ["list", "watch"];
  const rules = [
    { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs },
  ];
  const binding = {
    apiVersion: `${role}/v1`,
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: { apiGroup: role, kind: "ClusterRole", name: metadata.name },
    subjects: [{ apiGroup: role, kind: "User", name: dnsUser }],
  };
  return [{ apiVersion: `${role}/v1`, kind: "ClusterRole", metadata, rules }, binding];
}

/** Who CoreDNS is to the API server. */
export const dnsUser = "lab:coredns";

/**
 * What a cluster needs besides its programs, as a manifest: the Service of its DNS, whose one endpoint is CoreDNS in the
 * hub, and CoreDNS's leave to read.
 */
export function renderAddons(): string {
  const list = { apiVersion: "v1", kind: "List", items: [...dnsService(), ...dnsRole()] };
  return `${JSON.stringify(list, null, 2)}\n`;
}
