import type { InstallContext } from "./context.ts";
import { installGo } from "./go.ts";
import { libseccompEnvironment } from "./libseccomp.ts";
import { runcTarget } from "./versions.ts";
import { findProgramFolder, hasProgram } from "./which.ts";

// The machine need not have libseccomp then, and a node's libraries are not asked for one.
const staticLink = "-ldflags=-s -w -linkmode=external -extldflags=-static";

/** Builds runc, which only running containers needs; resolves to its folder. It is C in part, so it needs a compiler. */
export async function installRunc(context: InstallContext): Promise<string> {
  const named = context.environment["PRESTOW_LAB_BIN"];
  if (named && hasProgram(named, "runc")) return named;
  return installGo(runcTarget, context, async () => {
    const missing = findProgramFolder("gcc", context.environment) === undefined;
    if (missing) throw new Error("runc is C in part and there is no gcc on PATH: install gcc");
    const environment = { CGO_ENABLED: "1", ...(await libseccompEnvironment(context)) };
    return { environment, arguments: ["-tags", "seccomp,netgo,osusergo", staticLink] };
  });
}
