import { join } from "node:path";
import type { InstallContext } from "./context.ts";
import { installGo } from "./go.ts";
import { namedFolder } from "./tools.ts";
import type { GoTarget } from "./versions.ts";

/** Helm, as tests of the charts use it. */
export const helmTarget: GoTarget = {
  name: "helm",
  version: "v3.22.0",
  packages: ["helm.sh/helm/v3/cmd/helm"],
};

/** The file of helm: in `PRESTOW_LAB_BIN`, or built from Go modules into the cache. */
export async function installHelm(context: InstallContext): Promise<string> {
  return join(namedFolder("helm", context) ?? (await installGo(helmTarget, context)), "helm");
}
