import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { InstallContext } from "../install/context.ts";
import { installDebian } from "../install/debian.ts";
import { findProgramFolder, hasProgram } from "../install/which.ts";
import type { Environment } from "../paths.ts";
import { runCommand } from "../run-command.ts";

/** Debian's buildah and the libraries of it that a small machine has not. */
const packages = [
  "buildah",
  "libassuan0",
  "libdevmapper1.02.1",
  "libgpg-error0",
  "libgpgme11",
  "libseccomp2",
] as const;

interface BuildahProgram {
  readonly path: string;
  /** Of libraries that were unpacked with it. */
  readonly libraryFolder?: string;
}

/** Runs one buildah command to its end. */
export type Buildah = (command: "bud" | "push", ...args: string[]) => Promise<string>;

async function installBuildah(context: InstallContext): Promise<BuildahProgram> {
  const named = context.environment["PRESTOW_LAB_BIN"];
  if (named && hasProgram(resolve(named), "buildah")) return { path: join(resolve(named), "buildah") };
  const onPath = findProgramFolder("buildah", context.environment);
  if (onPath !== undefined) return { path: join(onPath, "buildah") };
  const root = await installDebian({ packages }, context);
  const libraries = join(root, "usr/lib");
  const triplet = (await readdir(libraries)).find((name) => name.endsWith("-linux-gnu"));
  const path = join(root, "usr/bin/buildah");
  return triplet === undefined ? { path } : { path, libraryFolder: join(libraries, triplet) };
}

/** The machine's own settings of containers, where it has any, are not for us. */
async function writeSettings(folder: string): Promise<Environment> {
  const files = {
    "policy.json": '{ "default": [{ "type": "insecureAcceptAnything" }] }\n',
    "storage.conf": '[storage]\ndriver = "vfs"\n',
    "registries.conf": "unqualified-search-registries = []\n",
    "containers.conf": "",
  };
  await mkdir(join(folder, "tmp"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {
    HOME: folder,
    TMPDIR: join(folder, "tmp"),
    CONTAINERS_STORAGE_CONF: join(folder, "storage.conf"),
    CONTAINERS_REGISTRIES_CONF: join(folder, "registries.conf"),
    CONTAINERS_CONF: join(folder, "containers.conf"),
  };
}

/**
 * The command in namespaces of its own: no network, and no mount that outlives it. buildah run by root keeps a
 * cache in /var/lib, which goes into memory here; unless the work itself is done there.
 */
export function isolatedCommand(folder: string, command: readonly string[]): [string, ...string[]] {
  const hidden = folder.startsWith("/var/lib/") ? "" : "mount -t tmpfs tmpfs /var/lib && ";
  const script = `${hidden}exec "$@"`;
  return ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", script, "sh", ...command];
}

/** A buildah that keeps everything below a folder and reaches no network; installed where it is missing. */
export async function createBuildah(folder: string, context: InstallContext): Promise<Buildah> {
  const { path, libraryFolder } = await installBuildah(context);
  const settings = await writeSettings(folder);
  const libraries = libraryFolder === undefined ? {} : { LD_LIBRARY_PATH: libraryFolder };
  const environment = { PATH: context.environment["PATH"], ...settings, ...libraries };
  const storage = ["--root", join(folder, "root"), "--runroot", join(folder, "run")];
  const signal = context.signal ? { signal: context.signal } : {};
  const trust = ["--signature-policy", join(folder, "policy.json")];
  return (command, ...args) => {
    const line = [path, ...storage, "--storage-driver", "vfs", command, ...trust, ...args];
    return runCommand(isolatedCommand(folder, line), { environment, ...signal });
  };
}
