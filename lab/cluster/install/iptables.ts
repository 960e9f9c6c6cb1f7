import { chmod, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstallContext } from "../../install/context.ts";
import { installDebian } from "../../install/debian.ts";
import { findProgramFolder } from "../../install/which.ts";

const programs = ["iptables", "iptables-save", "iptables-restore"] as const;
const commands = programs.flatMap((name) => [name, name.replace("ip", "ip6")]);

/** What runs one of iptables' commands where it was unpacked: its libraries and extensions are there, not in /usr. */
export function renderIptables(command: string, root: string, triplet: string): string {
  const libraries = `${root}/usr/lib/${triplet}`;
  return `#!/bin/sh
export LD_LIBRARY_PATH='${libraries}' XTABLES_LIBDIR='${libraries}/xtables'
exec '${root}/usr/sbin/xtables-nft-multi' ${command} "$@"
`;
}

async function writeCommands(root: string): Promise<string> {
  const triplet = (await readdir(join(root, "usr/lib"))).find((name) => name.endsWith("-linux-gnu"));
  if (triplet === undefined) throw new Error(`no libraries in ${root}/usr/lib`);
  const folder = join(root, "commands");
  await mkdir(folder, { recursive: true });
  for (const command of commands) {
    const file = join(folder, command);
    await writeFile(`${file}.${process.pid}`, renderIptables(command, root, triplet));
    await chmod(`${file}.${process.pid}`, 0o755);
    await rename(`${file}.${process.pid}`, file);
  }
  return folder;
}

/** The folder of iptables, which kube-proxy runs: the one on PATH, or Debian's, unpacked. */
export async function installIptables(context: InstallContext): Promise<string> {
  const found = findProgramFolder("iptables-restore", context.environment);
  if (found !== undefined) return found;
  const libraries = ["libmnl0", "libnetfilter-conntrack3", "libnfnetlink0", "libnftnl11", "libxtables12"];
  return writeCommands(await installDebian({ packages: ["iptables", ...libraries] }, context));
}
