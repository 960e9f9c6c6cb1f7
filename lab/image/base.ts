import { constants } from "node:fs";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findProgramFolder } from "../install/which.ts";
import type { Environment } from "../paths.ts";
import { readLibraries } from "./libraries.ts";

/** As the two images that the project publishes: bare, or with a shell for credential plugins. */
export type ImageVariant = "distroless" | "distro";

/** What stands in for the public base: files of this machine and some texts, by their path in the image. */
export interface BaseFiles {
  /** Path in the image → the machine's file. */
  readonly programs: ReadonlyMap<string, string>;
  /** Path in the image → content. */
  readonly texts: ReadonlyMap<string, string>;
}

const nodePaths = { distroless: "/nodejs/bin/node", distro: "/usr/local/bin/node" } as const;
const shellPrograms = ["sh", "cat", "cp", "id", "ls"];

const texts = new Map([
  [
    "/etc/passwd",
    "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
  ],
  ["/etc/group", "root:x:0:\nnonroot:x:65532:\n"],
  ["/etc/nsswitch.conf", "hosts: files dns\n"],
]);

function findProgram(name: string, environment: Environment): string {
  const folder = findProgramFolder(name, environment);
  if (folder === undefined) throw new Error(`there is no ${name} on PATH for the lab's base image`);
  return join(folder, name);
}

/** Puts together a base out of the Node.js that runs this and the machine's libc: no registry is asked for one. */
export async function readBaseFiles(
  variant: ImageVariant,
  node: string,
  environment: Environment,
): Promise<BaseFiles> {
  const names = variant === "distro" ? shellPrograms : [];
  const shell = names.map((name): [string, string] => [`/bin/${name}`, findProgram(name, environment)]);
  const programs = new Map([[nodePaths[variant], node], ...shell]);
  for (const library of await readLibraries([...programs.values()])) programs.set(library, library);
  return { programs, texts };
}

/** Writes the files below a folder, which then is the root of the base. */
export async function writeBase(files: BaseFiles, root: string): Promise<void> {
  for (const [path, source] of files.programs) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await copyFile(source, join(root, path), constants.COPYFILE_FICLONE);
    await chmod(join(root, path), 0o755);
  }
  for (const [path, text] of files.texts) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o644 });
  }
  await mkdir(join(root, "tmp"), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
}
