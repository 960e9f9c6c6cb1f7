import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./paths.ts";
import { runCommand } from "./run-command.ts";

/** What of a containerd's options its command and environment are made of. */
export interface ProgramOptions {
  readonly binDir: string;
  readonly stateDir: string;
  readonly rootTmpfsBytes?: number;
}

/** The major version in what `containerd --version` prints. Throws below 1.6, which has no CRI v1. */
export function parseContainerdMajor(text: string): number {
  const [, major, minor] = /\sv?(\d+)\.(\d+)\.\d+/.exec(text) ?? [];
  if (major === undefined) throw new Error(`no version in what containerd says of itself: ${text.trim()}`);
  if (Number(major) === 1 && Number(minor) < 6) {
    throw new Error(
      `containerd ${major}.${minor} is too old: the lab needs 1.6 or later (lab/up --containerd debian)`,
    );
  }
  return Number(major);
}

/** The major version of the containerd in a folder. */
export async function readContainerdMajor(binDir: string): Promise<number> {
  const program = join(binDir, "containerd");
  const environment = programEnvironment(binDir);
  return parseContainerdMajor(await runCommand([program, "--version"], { environment }));
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Libraries unpacked beside a program's folder, where the machine had none: `../lib/TRIPLET`. */
function libraryFolders(binDir: string): string[] {
  const lib = join(binDir, "..", "lib");
  if (lib === "/usr/lib" || lib === "/lib") return [];
  const folders = listFolder(lib).filter((name) => name.endsWith("-linux-gnu"));
  return folders.map((name) => join(lib, name));
}

/** The whole environment of a program of the lab: nothing is passed on, least of all a proxy. */
export function programEnvironment(binDir: string): Environment {
  const libraries = libraryFolders(binDir);
  return {
    PATH: `${binDir}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(":") }),
  };
}

/** containerd's environment: Go's own resolver, which reads the namespace's resolv.conf; temporary files with the rest. */
export function containerdEnvironment(options: ProgramOptions): Environment {
  return {
    ...programEnvironment(options.binDir),
    GODEBUG: "netdns=go",
    TMPDIR: join(options.stateDir, "tmp"),
  };
}

/** The command that runs containerd in its mount namespace, as one process whose id stays the same. */
export function containerdCommand(options: ProgramOptions): [string, ...string[]] {
  const { stateDir, binDir } = options;
  return [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--",
    join(import.meta.dirname, "in-namespace.sh"),
    join(stateDir, "resolv.conf"),
    join(stateDir, "hosts"),
    join(stateDir, "root"),
    String(options.rootTmpfsBytes ?? 0),
    join(binDir, "containerd"),
    "--config",
    join(stateDir, "config.toml"),
  ];
}
