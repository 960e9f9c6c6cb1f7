import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Environment } from "../paths.ts";

/** Whether there is a program of this name in a folder. */
export function hasProgram(folder: string, name: string): boolean {
  const path = join(folder, name);
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first folder of PATH that holds a program; undefined where none does. */
export function findProgramFolder(name: string, environment: Environment): string | undefined {
  const folders = (environment["PATH"] ?? "").split(":").filter(isAbsolute);
  return folders.find((folder) => hasProgram(folder, name));
}
