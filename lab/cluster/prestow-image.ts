import { join } from "node:path";
import { programEnvironment } from "../containerd-program.ts";
import { buildTaggedLayout, type TaggedLayout } from "../image/build.ts";
import type { InstallContext } from "../install/context.ts";
import { runCommand } from "../run-command.ts";
import { enterCommand } from "./enter.ts";
import type { Holder } from "./hub.ts";

/** Builds both variants of Prestow's image: the bare one first, then the one of the same tag and `-distro`. */
export async function buildPrestowLayouts(install: InstallContext): Promise<TaggedLayout[]> {
  return [await buildTaggedLayout("distroless", install), await buildTaggedLayout("distro", install)];
}

/** Has layouts pushed from inside the hub, by a process of its own; resolves to the reference of the first. */
export async function runPush(
  hub: Holder,
  layouts: readonly TaggedLayout[],
  signal?: AbortSignal,
): Promise<string> {
  const script = join(import.meta.dirname, "push-main.ts");
  const enter = enterCommand({ pid: hub.pid, kinds: ["net"] });
  const environment = programEnvironment("/usr/bin");
  const output = await runCommand([...enter, process.execPath, script, JSON.stringify(layouts)], {
    environment,
    ...(signal ? { signal } : {}),
  });
  const [reference = ""] = output.split("\n");
  return reference;
}
