import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import type { InstallContext } from "./context.ts";
import { installDebian } from "./debian.ts";
import { findProgramFolder } from "./which.ts";

/** Whether what `ldconfig -p` prints has the library that runc is linked with. */
export function hasLibseccomp(ldconfig: string): boolean {
  return /^\s*libseccomp\.so\.2\s/m.test(ldconfig);
}

/** The packages to unpack for libseccomp: none where the machine has it. */
export async function libseccompPackages(): Promise<string[]> {
  const libraries = await runCommand(["/sbin/ldconfig", "-p"]).catch(() => "");
  return hasLibseccomp(libraries) ? [] : ["libseccomp2"];
}

async function hasHeaders(context: InstallContext): Promise<boolean> {
  if (findProgramFolder("pkg-config", context.environment) === undefined) return false;
  const command = ["pkg-config", "--exists", "libseccomp"] as const;
  return runCommand([...command], { environment: context.environment }).then(
    () => true,
    () => false,
  );
}

/** What stands in for pkg-config and answers with the flags of a library unpacked in a folder. */
export function renderPkgConfig(root: string, libraries: string): string {
  return `#!/bin/sh
case " $* " in
  *" --cflags "*) echo '-I${root}/usr/include' ;;
  *" --libs "*) echo '-L${libraries} -lseccomp' ;;
  *" --modversion "*) echo 2.5.4 ;;
esac
`;
}

/**
 * The environment in which Go finds libseccomp's headers: the machine's where its -dev package is installed; else they
 * are unpacked into the cache and cgo is given a pkg-config that knows where.
 */
export async function libseccompEnvironment(context: InstallContext): Promise<Record<string, string>> {
  if (await hasHeaders(context)) return {};
  const root = await installDebian({ packages: ["libseccomp-dev", "libseccomp2"] }, context);
  const triplet = (await readdir(join(root, "usr/lib"))).find((name) => name.endsWith("-linux-gnu"));
  if (triplet === undefined) throw new Error(`no libraries in ${root}/usr/lib`);
  const pkgConfig = join(root, "pkg-config");
  await writeFile(pkgConfig, renderPkgConfig(root, join(root, "usr/lib", triplet)));
  await chmod(pkgConfig, 0o755);
  // Go's build cache ignores what pkg-config says, but not these: what was built with the machine's is not used again.
  const [cflags, ldflags] = [`-O2 -g -I${root}/usr/include`, `-L${join(root, "usr/lib", triplet)}`];
  return { PKG_CONFIG: pkgConfig, CGO_CFLAGS: cflags, CGO_LDFLAGS: ldflags };
}
