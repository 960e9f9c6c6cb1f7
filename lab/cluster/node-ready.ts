import type { Kubectl } from "./control-plane.ts";

/** Waits until nodes are ready and pods can be made. Throws where that takes more than a minute and a half each. */
export async function waitForNodes(kubectl: Kubectl, names: readonly string[]): Promise<void> {
  const nodes = names.map((name) => `node/${name}`);
  const timeout = "--timeout=90s";
  // One at a time: of several that are missing, kubectl waits for none.
  for (const made of [...nodes, "serviceaccount/default"])
    await kubectl("wait", "--for=create", timeout, made);
  await kubectl("wait", "--for=condition=Ready", timeout, ...nodes);
}
