import { stat } from "node:fs/promises";

/** Where the runtimes that serve CRI usually have their socket. */
export const usualSockets: readonly { readonly path: string; readonly runtime: string }[] = [
  { path: "/run/containerd/containerd.sock", runtime: "containerd" },
  { path: "/run/k3s/containerd/containerd.sock", runtime: "k3s and RKE2" },
  { path: "/var/snap/microk8s/common/run/containerd.sock", runtime: "MicroK8s" },
  { path: "/run/k0s/containerd.sock", runtime: "k0s" },
  { path: "/run/crio/crio.sock", runtime: "CRI-O" },
  { path: "/run/cri-dockerd.sock", runtime: "Docker with cri-dockerd" },
];

/** Those of the usual sockets that exist here. */
export async function findSockets(): Promise<string[]> {
  const found = await Promise.all(usualSockets.map(({ path }) => isSocket(path)));
  return usualSockets.filter((_, index) => found[index]).map(({ path }) => path);
}

async function isSocket(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isSocket();
  } catch {
    return false;
  }
}
