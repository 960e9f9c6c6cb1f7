import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeContainerd } from "../../lab/cluster/node-paths.ts";
import { renderPlainHttpHosts } from "../../lab/containerd-config.ts";
import { startTestRegistry, type TestRegistry } from "../registry/registry.ts";
import { labNodes, variable } from "./lab.ts";

/** Starts a registry that misbehaves on cue, where the lab's nodes reach it, and tells their runtimes of it. */
export async function startHubRegistry(): Promise<TestRegistry> {
  const [address = ""] = variable("PRESTOW_LAB_REGISTRY").split(":");
  const registry = await startTestRegistry({ address });
  const folders = labNodes().map(({ root }) => join(root, nodeContainerd.folders.registries, registry.host));
  for (const folder of folders) {
    mkdirSync(folder);
    writeFileSync(join(folder, "hosts.toml"), renderPlainHttpHosts(registry.host));
  }
  return {
    ...registry,
    async close() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      await registry.close();
    },
  };
}
