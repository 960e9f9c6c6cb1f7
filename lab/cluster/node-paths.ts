/** Where a node's containerd has its files, as the node sees them: where they are on any node. */
export const nodeContainerd = {
  socket: "/run/containerd/containerd.sock",
  config: "/etc/containerd/config.toml",
  folders: {
    root: "/var/lib/containerd",
    state: "/run/containerd",
    registries: "/etc/containerd/certs.d",
    cniConfig: "/etc/cni/net.d",
  },
} as const;

/** Where a node's kubelet finds its files, as the node sees them. */
export const nodeKubelet = {
  config: "/var/lib/kubelet/config.yaml",
  kubeconfig: "/etc/kubernetes/kubelet.conf",
  authority: "/etc/kubernetes/pki/ca.crt",
} as const;

/** Where a node's kube-proxy finds its kubeconfig, as the node sees it. */
export const nodeProxyKubeconfig = "/etc/kubernetes/kube-proxy.conf";
