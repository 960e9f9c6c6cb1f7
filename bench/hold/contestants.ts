import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseHoldConfig } from "../../src/hold/config/parse-hold-config.ts";
import { createContainersDaemonSet } from "../../src/hold/objects/daemon-set.ts";
import { normalizedName } from "../../src/image/reference.ts";
import { variable } from "../../test/cluster/lab.ts";
import { applyObjects } from "../../test/cluster/objects.ts";
import type { ContestantName } from "../measurement.ts";

const bundle = join(import.meta.dirname, "../../dist/prestow.cjs");

/** A way to hold images by pods. */
export interface HoldContestant {
  readonly name: ContestantName;
  /** Begins to hold what the variables say; resolves to what ends that. */
  start(variables: Readonly<Record<string, string>>, kubeconfig: string): Promise<() => Promise<void>>;
}

/** Ours in both modes, and the DaemonSet of kubernetes-image-puller as it makes it, without anybody who looks after it. */
export const holdContestants: readonly HoldContestant[] = [
  {
    name: "prestow",
    start: (variables, kubeconfig) => startController({ ...variables, MODE: "volumes" }, kubeconfig),
  },
  {
    name: "prestow, containers",
    start: (variables, kubeconfig) => startController({ ...variables, MODE: "containers" }, kubeconfig),
  },
  { name: "puller's shape", start: applyShape },
];

async function startController(variables: Readonly<Record<string, string>>, kubeconfig: string) {
  const child = spawn(process.execPath, [bundle, "hold", "--metrics-bind-address=0"], {
    env: { PATH: process.env["PATH"], ...variables, KUBECONFIG: kubeconfig },
    stdio: "ignore",
  });
  return async () => {
    const closed = once(child, "close");
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await closed;
    }
  };
}

async function applyShape(variables: Readonly<Record<string, string>>) {
  const config = parseHoldConfig(variables);
  const images = config.images.map(({ name, ref, image }) => ({
    name,
    ref,
    pinnedRef: normalizedName(image),
    digest: undefined,
  }));
  const pauseImage = variable("PRESTOW_LAB_IMAGE");
  const set = { mode: "containers", images, gated: false, pauseImage, openShift: false } as const;
  const { metadata, ...rest } = createContainersDaemonSet(config, { ...set, ownerUid: "" });
  const { ownerReferences: _none, ...plain } = metadata;
  await applyObjects({ ...rest, metadata: plain });
  return async () => {};
}
