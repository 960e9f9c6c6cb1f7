import { join } from "node:path";
import type { InstallContext } from "../../install/context.ts";
import { installDebian } from "../../install/debian.ts";
import { installRunc } from "../../install/runc.ts";
import { type ContainerdKind, installContainerd, installRegistry, namedFolder } from "../../install/tools.ts";
import { findProgramFolder } from "../../install/which.ts";
import { installIptables } from "./iptables.ts";
import { installKubernetes } from "./kubernetes.ts";
import { installPause } from "./pause.ts";

/** Folders of programs and, where said, files. */
export interface ClusterTools {
  readonly kubernetes: string;
  readonly containerd: string;
  readonly runc: string;
  readonly registry: string;
  readonly etcd: string;
  /** CNI plugins. */
  readonly cni: string;
  readonly iptables: string;
  /** The file of the sandboxes' program. */
  readonly pause: string;
  /** A static busybox's file, for images of pods that need a shell. */
  readonly busybox: string;
}

async function installEtcd(context: InstallContext): Promise<string> {
  const found = namedFolder("etcd", context) ?? findProgramFolder("etcd", context.environment);
  return found ?? join(await installDebian({ packages: ["etcd-server"] }, context), "usr/bin");
}

async function installCni(context: InstallContext): Promise<string> {
  return join(await installDebian({ packages: ["containernetworking-plugins"] }, context), "usr/lib/cni");
}

async function installBusybox(context: InstallContext): Promise<string> {
  return join(await installDebian({ packages: ["busybox-static"] }, context), "bin/busybox");
}

/** Installs all that a cluster is made of, what is quick and may be missing first, so that it is said soon. */
export async function installCluster(
  kind: ContainerdKind | undefined,
  context: InstallContext,
): Promise<ClusterTools> {
  return {
    pause: await installPause(context),
    registry: await installRegistry(context),
    etcd: await installEtcd(context),
    cni: await installCni(context),
    iptables: await installIptables(context),
    busybox: await installBusybox(context),
    runc: await installRunc(context),
    containerd: await installContainerd(kind ?? "cached", context),
    kubernetes: await installKubernetes(context),
  };
}
