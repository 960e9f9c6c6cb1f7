/** Container runtimes whose place on a node is known. */
export const runtimes = ["containerd", "crio", "k3s", "rke2"] as const;
export type RuntimeName = (typeof runtimes)[number];

export interface SocketPlace {
  /** On the node. */
  readonly directory: string;
  readonly file: string;
}

const embedded = { directory: "/run/k3s/containerd", file: "containerd.sock" };

/** Where each runtime has its socket. */
export const socketPlaces: Readonly<Record<RuntimeName, SocketPlace>> = {
  containerd: { directory: "/var/run/containerd", file: "containerd.sock" },
  crio: { directory: "/var/run/crio", file: "crio.sock" },
  k3s: embedded,
  // RKE2 runs its containerd as K3s does, in the same place.
  rke2: embedded,
};

export interface PluginPlace {
  readonly configDirectory: string;
  readonly configFile: string;
  readonly binDirectory: string;
}

/** Where managed clusters have the kubelet's credential provider plugins, by mode. */
export const pluginPlaces: ReadonlyMap<string, PluginPlace> = new Map([
  [
    "GKE",
    {
      configDirectory: "/etc/srv/kubernetes",
      configFile: "cri_auth_config.yaml",
      binDirectory: "/home/kubernetes/bin",
    },
  ],
]);
