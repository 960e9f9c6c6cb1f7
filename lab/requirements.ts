import { findSockets, usualSockets } from "../src/runtime/usual-sockets.ts";
import type { InstallContext } from "./install/context.ts";
import { findProgramFolder } from "./install/which.ts";
import { runCommand } from "./run-command.ts";

/** What of a machine decides whether a lab can be started on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly userId: number;
  /** Of the needed programs, those that are not on PATH. */
  readonly missingPrograms: readonly string[];
  /** Whether a mount namespace can be made. */
  readonly canUnshare: boolean;
  /** Sockets of runtimes that are there already. */
  readonly sockets: readonly string[];
}

const neededPrograms = ["unshare", "setpriv", "mount", "umount", "flock", "readlink"];
/** The programs that a lab with a cluster needs besides. */
export const clusterPrograms = ["ip", "nsenter", "openssl", "pivot_root"] as const;

function decideObstacles(machine: Machine): string[] {
  if (machine.platform !== "linux") return [`Linux (this is ${machine.platform})`];
  if (machine.userId !== 0) return ["root, for mount namespaces and overlay mounts (try: sudo)"];
  if (machine.missingPrograms.length > 0)
    return [
      `${machine.missingPrograms.join(", ")} on PATH (Debian: util-linux, coreutils, iproute2, openssl)`,
    ];
  if (!machine.canUnshare)
    return ["leave to make a mount namespace: CAP_SYS_ADMIN (in a container: run it privileged)"];
  return [];
}

/**
 * What keeps a lab from starting on a machine, and what can be done instead, as one message; undefined where nothing
 * does.
 */
export function decideRequirements(machine: Machine): string | undefined {
  const obstacles = decideObstacles(machine);
  if (obstacles.length === 0) return undefined;
  const found =
    machine.sockets.length === 0
      ? [`none at the usual paths here (${usualSockets.map(({ path }) => path).join(", ")})`]
      : machine.sockets;
  return [
    `the lab starts a private containerd and needs ${obstacles.join("; ")}.`,
    "A runtime that runs already will do as well:",
    `  bin/prestow fetch --cri-socket ${machine.sockets[0] ?? "SOCKET"} IMAGE…`,
    `Sockets found: ${found.join(", ")}`,
  ].join("\n");
}

async function canUnshare(): Promise<boolean> {
  return runCommand(["unshare", "--mount", "--propagation", "private", "true"]).then(
    () => true,
    () => false,
  );
}

/** Looks at this machine, for the programs that every lab needs and some more. */
export async function readMachine(
  environment: InstallContext["environment"],
  morePrograms: readonly string[] = [],
): Promise<Machine> {
  const programs = [...neededPrograms, ...morePrograms];
  const isLinux = process.platform === "linux";
  return {
    platform: process.platform,
    userId: process.getuid?.() ?? -1,
    missingPrograms: programs.filter((name) => findProgramFolder(name, environment) === undefined),
    canUnshare: isLinux && (await canUnshare()),
    sockets: await findSockets(),
  };
}
