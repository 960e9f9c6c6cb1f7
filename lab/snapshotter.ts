import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/**
 * The snapshotter that works on the filesystem of a folder: overlayfs where an overlay can be mounted there (it cannot
 * on an overlay, which is what containers often have), else native. The trial is over, mount and all, when it returns.
 */
export async function readSnapshotter(folder: string): Promise<"overlayfs" | "native"> {
  const trial = await mkdtemp(join(folder, "overlay-"));
  try {
    for (const name of ["lower", "upper", "work", "merged"]) await mkdir(join(trial, name));
    const layers = "lowerdir=lower,upperdir=upper,workdir=work";
    const mount = ["mount", "-t", "overlay", "-o", layers, "overlay", "merged"];
    await runCommand(["unshare", "--mount", "--propagation", "private", "--", ...mount], { cwd: trial });
    return "overlayfs";
  } catch {
    return "native";
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
