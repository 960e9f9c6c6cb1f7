import { join } from "node:path";
import type { CertificateFiles } from "./certificates.ts";
import { network } from "./network.ts";

/** What the control plane's commands name. */
export interface ControlPlanePaths {
  /** The folder of Kubernetes' programs. */
  readonly kubernetes: string;
  /** The folder of etcd. */
  readonly etcd: string;
  /** The folder of the control plane's own files. */
  readonly folder: string;
  /** The folder of keys and certificates. */
  readonly pki: string;
}

const etcdUrl = "http://127.0.0.1:2379";

/** Names and addresses by which the API server is called. */
export const apiServerAltNames = [
  ...["", ".default", ".default.svc", ".default.svc.cluster.local"].map(
    (suffix) => `DNS:kubernetes${suffix}`,
  ),
  "DNS:localhost",
  ...["127.0.0.1", network.hub, "10.96.0.1"].map((address) => `IP:${address}`),
];

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

/** etcd's command. Nothing of the lab outlives a crash of the machine, so nothing waits for the disk. */
export function etcdCommand(paths: ControlPlanePaths): [string, ...string[]] {
  const data = join(paths.folder, "etcd");
  return [
    join(paths.etcd, "etcd"),
    "--unsafe-no-fsync",
    ...flags({
      "data-dir": data,
      logger: "zap",
      "listen-client-urls": etcdUrl,
      "advertise-client-urls": etcdUrl,
      "listen-peer-urls": "http://127.0.0.1:2380",
    }),
  ];
}

/** The API server's command. Its address is the hub's, because the `kubernetes` Service may not point to loopback. */
export function apiServerCommand(
  paths: ControlPlanePaths,
  server: CertificateFiles,
  client: CertificateFiles,
): [string, ...string[]] {
  const { pki } = paths;
  return [
    join(paths.kubernetes, "kube-apiserver"),
    ...flags({
      "advertise-address": network.hub,
      "allow-privileged": "true",
      "authorization-mode": "Node,RBAC",
      "cert-dir": join(paths.folder, "kube-apiserver"),
      "client-ca-file": join(pki, "ca.crt"),
      "enable-admission-plugins": "NodeRestriction",
      "etcd-servers": etcdUrl,
      // A streamed list is more than etcd 3.4 can give: kwok, which asks for one, would hear of nothing.
      "feature-gates": "WatchList=false",
      "kubelet-client-certificate": client.certFile,
      "kubelet-client-key": client.keyFile,
      "kubelet-preferred-address-types": "InternalIP",
      "secure-port": String(network.apiPort),
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": join(pki, "service-account.pub"),
      "service-account-signing-key-file": join(pki, "service-account.key"),
      "service-cluster-ip-range": network.services,
      "tls-cert-file": server.certFile,
      "tls-private-key-file": server.keyFile,
    }),
  ];
}

/** The controller manager's command. */
export function controllerManagerCommand(
  paths: ControlPlanePaths,
  kubeconfig: string,
): [string, ...string[]] {
  return [
    join(paths.kubernetes, "kube-controller-manager"),
    ...flags({
      kubeconfig,
      "bind-address": "127.0.0.1",
      "cert-dir": join(paths.folder, "kube-controller-manager"),
      "leader-elect": "false",
      "root-ca-file": join(paths.pki, "ca.crt"),
      "service-account-private-key-file": join(paths.pki, "service-account.key"),
      "use-service-account-credentials": "true",
    }),
  ];
}

/** The scheduler's command. */
export function schedulerCommand(paths: ControlPlanePaths, kubeconfig: string): [string, ...string[]] {
  return [
    join(paths.kubernetes, "kube-scheduler"),
    ...flags({
      kubeconfig,
      "bind-address": "127.0.0.1",
      "cert-dir": join(paths.folder, "kube-scheduler"),
      "leader-elect": "false",
    }),
  ];
}

/** CoreDNS's command. */
export function dnsCommand(paths: ControlPlanePaths): [string, ...string[]] {
  return [join(paths.kubernetes, "coredns"), "-conf", join(paths.folder, "Corefile")];
}

/** CoreDNS's configuration: the cluster's names, and for every other that there is none. */
export function renderCorefile(kubeconfig: string): string {
  const zones = ["cluster.local", "in-addr.arpa", "ip6.arpa"];
  return `${zones.map((zone) => `${zone}:53`).join(" ")} {
  errors
  kubernetes ${zones.join(" ")} {
    kubeconfig ${kubeconfig}
  }
  cache 5
}
.:53 {
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}
