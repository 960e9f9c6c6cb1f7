import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { InstallContext } from "./context.ts";
import { installDebian } from "./debian.ts";
import { goBinFolder, installGo } from "./go.ts";
import { libseccompPackages } from "./libseccomp.ts";
import { containerdTarget } from "./versions.ts";
import { findProgramFolder, hasProgram } from "./which.ts";

/** Which containerd: built from Go modules, Debian's, or the first on PATH. */
export const containerdKinds = ["cached", "debian", "path"] as const;
export type ContainerdKind = (typeof containerdKinds)[number];

/** The folder that `PRESTOW_LAB_BIN` names, if it holds a program. */
export function namedFolder(program: string, context: InstallContext): string | undefined {
  const named = context.environment["PRESTOW_LAB_BIN"];
  if (!named) return undefined;
  const folder = resolve(named);
  return hasProgram(folder, program) ? folder : undefined;
}

/**
 * What is there already and quickest, for who does not choose: one built earlier, else the machine's own where it has
 * ctr too, else Debian's.
 */
export function decideContainerdKind(built: boolean, onPath: boolean): ContainerdKind {
  if (built) return "cached";
  return onPath ? "path" : "debian";
}

function chooseKind(context: InstallContext): ContainerdKind {
  const onPath = findProgramFolder("containerd", context.environment);
  const complete = onPath !== undefined && hasProgram(onPath, "ctr");
  return decideContainerdKind(existsSync(goBinFolder(context.cache, containerdTarget)), complete);
}

async function installDebianContainerd(context: InstallContext): Promise<string> {
  const libraries = await libseccompPackages();
  const root = await installDebian({ packages: ["containerd", "runc", ...libraries] }, context);
  return join(root, "usr/bin");
}

/**
 * The folder that holds containerd, its shim and ctr, installed where need be. `PRESTOW_LAB_BIN` goes before every kind.
 * Throws where the kind cannot be had, with what to do.
 */
export async function installContainerd(
  kind: ContainerdKind | undefined,
  context: InstallContext,
): Promise<string> {
  const named = namedFolder("containerd", context);
  if (named !== undefined) return named;
  const chosen = kind ?? chooseKind(context);
  if (chosen === "cached") return installGo(containerdTarget, context);
  if (chosen === "debian") return installDebianContainerd(context);
  const folder = findProgramFolder("containerd", context.environment);
  if (folder !== undefined) return folder;
  throw new Error("there is no containerd on PATH: choose lab/up --containerd debian or --containerd cached");
}

/** The folder that holds docker-registry: `PRESTOW_LAB_BIN`, PATH, or Debian's, unpacked. */
export async function installRegistry(context: InstallContext): Promise<string> {
  const found =
    namedFolder("docker-registry", context) ?? findProgramFolder("docker-registry", context.environment);
  if (found !== undefined) return found;
  return join(await installDebian({ packages: ["docker-registry"] }, context), "usr/bin");
}
