import { join } from "node:path";
import type { InstallContext } from "./context.ts";
import { installGo } from "./go.ts";
import { namedFolder } from "./tools.ts";
import type { GoTarget } from "./versions.ts";

/** What plays the kubelet of nodes that are only objects of the API server. */
export const kwokTarget: GoTarget = {
  name: "kwok",
  version: "v0.8.0",
  packages: ["sigs.k8s.io/kwok/cmd/kwok"],
};

/** The file of kwok: in `PRESTOW_LAB_BIN`, or built from Go modules into the cache. */
export async function installKwok(context: InstallContext): Promise<string> {
  return join(namedFolder("kwok", context) ?? (await installGo(kwokTarget, context)), "kwok");
}
