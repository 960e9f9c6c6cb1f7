import { chmod, copyFile, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  renderContainerdConfig,
  renderHosts,
  renderPlainHttpHosts,
  renderResolvConf,
} from "../containerd-config.ts";
import type { NodePlan } from "./network.ts";
import { renderCniConfig, renderKubeletConfig, renderMachineId } from "./node-config.ts";
import { nodeContainerd, nodeKubelet, nodeProxyKubeconfig } from "./node-paths.ts";
import type { NodeTaint } from "./node-taint.ts";

/** What a node's files are made of. */
export interface NodeFilesOptions {
  readonly plan: NodePlan;
  /** The folder that becomes the node's root. */
  readonly root: string;
  readonly snapshotter: "overlayfs" | "native";
  readonly containerdMajor: number;
  readonly sandboxImage: string;
  /** The folder of CNI plugins. */
  readonly cni: string;
  /** The parent cgroup of its pods. */
  readonly cgroup: string;
  /** What its kubelet registers it with. */
  readonly taints: readonly NodeTaint[];
  /** The texts of kubeconfigs. */
  readonly kubeletKubeconfig: string;
  readonly proxyKubeconfig: string;
  /** The PEM of the cluster's certificate authority. */
  readonly authority: string;
  /** Registries (`host:port`) to speak plain HTTP with. */
  readonly plainHttpRegistries: readonly string[];
}

const folders = [
  ...["dev", "proc", "sys", "usr", "home/kubernetes/bin", "etc/srv/kubernetes", "opt", "root", "mnt"],
  ...["run/containerd", "var/lib/containerd", "var/lib/kubelet", "var/log/pods", "var/log/containers"],
];
// What of the machine's own settings programs ask for; a machine that lacks one can do without.
const machineFiles = ["passwd", "group", "protocols", "services", "ethertypes", "os-release", "ld.so.cache"];

async function makeFolders(root: string): Promise<void> {
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true, mode: 0o755 });
  for (const folder of ["tmp", "var/tmp"]) {
    await mkdir(join(root, folder), { recursive: true });
    await chmod(join(root, folder), 0o1777);
  }
  await symlink("/run", join(root, "var/run"));
}

async function copyMachineFile(root: string, name: string): Promise<void> {
  const source = join("/etc", name);
  const found = await stat(source).catch(() => undefined);
  if (found?.isFile()) await copyFile(source, join(root, "etc", name));
}

function nodeTexts(options: NodeFilesOptions): Record<string, string> {
  const { plan, containerdMajor, snapshotter, sandboxImage, cni } = options;
  const containerd = renderContainerdConfig({
    major: containerdMajor,
    snapshotter,
    sandboxImage,
    stateDir: nodeContainerd.folders.root,
    socket: nodeContainerd.socket,
    folders: { ...nodeContainerd.folders, cniPlugins: cni },
  });
  const registries = options.plainHttpRegistries.map((host) => {
    return [join(nodeContainerd.folders.registries, host, "hosts.toml"), renderPlainHttpHosts(host)];
  });
  return {
    "/etc/hostname": `${plan.name}\n`,
    "/etc/hosts": renderHosts({ [plan.name]: plan.address }),
    "/etc/machine-id": renderMachineId(plan.name),
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/resolv.conf": renderResolvConf(),
    [join(nodeContainerd.folders.cniConfig, "10-lab.conflist")]: renderCniConfig(plan),
    [nodeContainerd.config]: containerd,
    [nodeKubelet.config]: renderKubeletConfig(options.cgroup, nodeKubelet.authority, options.taints),
    [nodeKubelet.kubeconfig]: options.kubeletKubeconfig,
    [nodeProxyKubeconfig]: options.proxyKubeconfig,
    [nodeKubelet.authority]: options.authority,
    ...Object.fromEntries(registries),
  };
}

/** Fills the folder that becomes a node's root with the files that are the node's own. */
export async function writeNodeFiles(options: NodeFilesOptions): Promise<void> {
  const { root } = options;
  await makeFolders(root);
  for (const [path, text] of Object.entries(nodeTexts(options))) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const name of machineFiles) await copyMachineFile(root, name);
}
