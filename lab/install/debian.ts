import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { runCommand } from "../run-command.ts";
import { downloadPackages } from "./apt.ts";
import type { InstallContext } from "./context.ts";
import { findProgramFolder } from "./which.ts";

/** Debian packages that are unpacked into one folder, named by the first one and its version. */
export interface DebianSet {
  readonly packages: readonly [string, ...string[]];
}

/**
 * The newest folder of a set among the names in the cache, by the version after the last underscore; undefined where
 * there is none.
 */
export function pickInstalled(names: readonly string[], mainPackage: string): string | undefined {
  const prefix = `debian-${mainPackage}_`;
  const found = names.filter((name) => name.startsWith(prefix) && !name.endsWith(".lock"));
  return found.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
}

/** The name of the cache folder for a set whose main package came as this file: NAME_VERSION_ARCHITECTURE.deb. */
export function debianFolderName(debFile: string): string {
  return `debian-${debFile.replace(/\.deb$/, "").replace(/%3a/gi, "-")}`;
}

function listFolder(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

function requireDebian(set: DebianSet, context: InstallContext): void {
  const missing = ["apt-get", "dpkg-deb"].find(
    (name) => findProgramFolder(name, context.environment) === undefined,
  );
  if (missing === undefined) return;
  throw new Error(
    `${set.packages[0]} would be unpacked from Debian's package, and this machine has no ${missing}: ` +
      "name a folder that holds the programs by PRESTOW_LAB_BIN",
  );
}

async function unpack(set: DebianSet, context: InstallContext): Promise<string> {
  const building = await mkdtemp(join(context.cache, ".unpacking-"));
  try {
    const [debs, root] = [join(building, "debs"), join(building, "root")];
    for (const folder of [debs, root]) await mkdir(folder);
    await downloadPackages(set.packages, debs, context);
    const files = readdirSync(debs).filter((name) => name.endsWith(".deb"));
    for (const file of files) await runCommand(["dpkg-deb", "-x", join(debs, file), root]);
    const main = files.find((file) => file.startsWith(`${set.packages[0]}_`));
    if (main === undefined) throw new Error(`apt-get download left no file of ${set.packages[0]}`);
    const folder = join(context.cache, debianFolderName(main));
    await rename(root, folder);
    return folder;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/**
 * Unpacks Debian packages into the cache where it has them not, without installing anything on the machine; resolves
 * to the folder that stands for their root.
 */
export async function installDebian(set: DebianSet, context: InstallContext): Promise<string> {
  const [mainPackage] = set.packages;
  const installed = () => pickInstalled(listFolder(context.cache), mainPackage);
  const before = installed();
  if (before !== undefined) return join(context.cache, before);
  requireDebian(set, context);
  return withLock(join(context.cache, `debian-${mainPackage}.lock`), async () => {
    const meanwhile = installed();
    if (meanwhile !== undefined) return join(context.cache, meanwhile);
    context.say(`unpacking Debian's ${set.packages.join(", ")} into the cache …`);
    return unpack(set, context);
  });
}
