/** The folders that a containerd works with. */
export interface ContainerdFolders {
  readonly root: string;
  readonly state: string;
  /** Where it looks for the hosts.toml files of its registries. */
  readonly registries: string;
  readonly cniConfig: string;
  /** Of CNI plugins; only containerds that run pods need it. */
  readonly cniPlugins?: string;
}

/** What a private containerd's configuration is made of. Paths are absolute. */
export interface ContainerdSettings {
  /** The major version of containerd: 1 (1.6 and 1.7) or 2. */
  readonly major: number;
  readonly stateDir: string;
  readonly socket: string;
  readonly snapshotter: "overlayfs" | "native";
  readonly sandboxImage: string;
  /** Below `stateDir` where it is absent. */
  readonly folders?: ContainerdFolders;
}

/** Where containerd looks for the hosts.toml files of its registries. */
export function registryConfigFolder(stateDir: string): string {
  return `${stateDir}/certs.d`;
}

// A plugin that looks for block devices, kernel modules, other filesystems or folders of the machine is not wanted.
const unneeded = {
  1: [
    "io.containerd.internal.v1.opt",
    "io.containerd.internal.v1.restart",
    "io.containerd.snapshotter.v1.aufs",
    "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper",
    "io.containerd.snapshotter.v1.zfs",
  ],
  2: [
    "io.containerd.internal.v1.opt",
    "io.containerd.monitor.container.v1.restart",
    "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper",
    "io.containerd.snapshotter.v1.erofs",
    "io.containerd.snapshotter.v1.zfs",
  ],
} as const;

/** A TOML string. JSON's escapes are a subset of TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function foldersOf({ stateDir, folders }: ContainerdSettings): ContainerdFolders {
  if (folders !== undefined) return folders;
  return {
    root: `${stateDir}/root`,
    state: `${stateDir}/state`,
    registries: registryConfigFolder(stateDir),
    cniConfig: `${stateDir}/cni`,
  };
}

function renderCommon(version: number, settings: ContainerdSettings): string {
  const { root, state } = foldersOf(settings);
  const disabled = unneeded[settings.major >= 2 ? 2 : 1];
  return `version = ${version}
root = ${quote(root)}
state = ${quote(state)}
imports = []
disabled_plugins = [${disabled.map(quote).join(", ")}]

[grpc]
  address = ${quote(settings.socket)}
`;
}

function renderCni(settings: ContainerdSettings, renderPlugins: (folder: string) => string): string {
  const { cniConfig, cniPlugins } = foldersOf(settings);
  const plugins = cniPlugins === undefined ? "" : `    ${renderPlugins(quote(cniPlugins))}\n`;
  return `    conf_dir = ${quote(cniConfig)}\n${plugins}`;
}

function renderVersion2(settings: ContainerdSettings): string {
  return `${renderCommon(2, settings)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(settings.sandboxImage)}
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${settings.snapshotter}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quote(foldersOf(settings).registries)}
  [plugins."io.containerd.grpc.v1.cri".cni]
${renderCni(settings, (folder) => `bin_dir = ${folder}`)}`;
}

function renderVersion3(settings: ContainerdSettings): string {
  return `${renderCommon(3, settings)}
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "${settings.snapshotter}"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = ${quote(settings.sandboxImage)}
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = ${quote(foldersOf(settings).registries)}

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
${renderCni(settings, (folder) => `bin_dirs = [${folder}]`)}
[plugins."io.containerd.nri.v1.nri"]
  disable = true
`;
}

/**
 * containerd's config.toml: version 2 for containerd 1.x, version 3 for 2.x. OOM scores are restricted because runc
 * cannot lower them without CAP_SYS_RESOURCE; NRI is off because its socket is a fixed path of the machine.
 */
export function renderContainerdConfig(settings: ContainerdSettings): string {
  return settings.major >= 2 ? renderVersion3(settings) : renderVersion2(settings);
}

/** The hosts.toml that makes containerd speak plain HTTP with a registry (`host:port`). */
export function renderPlainHttpHosts(host: string): string {
  const server = quote(`http://${host}`);
  return `server = ${server}\n\n[host.${server}]\n  capabilities = ["pull", "resolve"]\n`;
}

/**
 * A resolv.conf whose name server is a loopback address where nothing listens: an unknown name fails at once and no
 * lookup leaves the machine.
 */
export function renderResolvConf(): string {
  return "nameserver 127.255.255.53\noptions timeout:1 attempts:1\n";
}

/** A hosts file with localhost and the given names, each with its address. */
export function renderHosts(hosts: Readonly<Record<string, string>>): string {
  const names = Object.entries(hosts).map(([name, address]) => `${address} ${name}\n`);
  return ["127.0.0.1 localhost\n", "::1 localhost\n", ...names].join("");
}
