import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import { installOnce } from "./cached.ts";
import type { InstallContext } from "./context.ts";
import type { GoTarget } from "./versions.ts";
import { findProgramFolder } from "./which.ts";

export interface GoBuild {
  readonly environment: Environment;
  readonly arguments?: readonly string[];
}

/** The folder of a target's programs, built or not. */
export function goBinFolder(cache: string, target: GoTarget): string {
  return join(goTargetFolder(cache, target), "bin");
}

function goTargetFolder(cache: string, target: GoTarget): string {
  return join(cache, `${target.name}-${target.version}-${process.arch}`);
}

/** The command that builds a target: without symbol tables, which halves the programs. */
export function goInstallCommand(target: GoTarget, args: readonly string[]): [string, ...string[]] {
  const packages = target.packages.map((path) => `${path}@${target.version}`);
  return ["go", "install", "-ldflags=-s -w", ...args, ...packages];
}

/** Builds a target from its Go modules where the cache has it not; resolves to the folder of its programs. */
export async function installGo(
  target: GoTarget,
  context: InstallContext,
  prepare: () => Promise<GoBuild> = async () => ({ environment: { CGO_ENABLED: "0" } }),
): Promise<string> {
  await installOnce(goTargetFolder(context.cache, target), async (into) => {
    if (findProgramFolder("go", context.environment) === undefined) {
      throw new Error(
        `${target.name} ${target.version} is built from Go modules and there is no go on PATH: install Go 1.26 or later, ` +
          "name a folder of ready programs by PRESTOW_LAB_BIN, or choose lab/up --containerd debian",
      );
    }
    context.say(`building ${target.name} ${target.version} from Go modules (once, a minute or two) …`);
    const build = await prepare();
    const bin = join(into, "bin");
    await mkdir(bin);
    await runCommand(goInstallCommand(target, build.arguments ?? []), {
      cwd: into,
      environment: { ...context.environment, GOFLAGS: "", GOWORK: "off", ...build.environment, GOBIN: bin },
      ...(context.signal ? { signal: context.signal } : {}),
    });
  });
  return goBinFolder(context.cache, target);
}
