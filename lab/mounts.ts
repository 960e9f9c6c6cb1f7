import { readFileSync } from "node:fs";
import { runCommand } from "./run-command.ts";

/**
 * The mount points at or below a folder, in the order in which they can be unmounted, from the text of
 * /proc/self/mountinfo. Octal escapes in paths are undone: proc_pid_mountinfo(5).
 */
export function parseMountsUnder(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts everything at or below a folder, in this process's mount namespace. */
export async function unmountUnder(folder: string): Promise<void> {
  for (const path of parseMountsUnder(readFileSync("/proc/self/mountinfo", "utf8"), folder)) {
    await runCommand(["umount", "--", path]);
  }
}
