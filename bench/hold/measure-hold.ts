import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeConfig } from "../../src/kube/config.ts";
import { pushHoldImages } from "../../test/cluster/hold-images.ts";
import { createOwner, holdVariables } from "../../test/cluster/hold-owner.ts";
import { type HoldPod, heldSelector, isReady } from "../../test/cluster/hold-pods.ts";
import { removeNamespace } from "../../test/cluster/instance.ts";
import { labNodes } from "../../test/cluster/lab.ts";
import { readObject } from "../../test/cluster/objects.ts";
import type { Measurement } from "../measurement.ts";
import { type HoldContestant, holdContestants } from "./contestants.ts";
import { startCountingProxy } from "./counting-proxy.ts";
import { type PodFootprint, readPodFootprint, reservedBytes } from "./pod-footprint.ts";

const namespace = "hold-bench";
const readyMs = 400_000;
const intervalHours = 0.01;
const intervalMs = intervalHours * 3_600_000;
const intervals = 1;
const settleMs = 10_000;

type HeldPod = HoldPod & { readonly spec: { readonly containers: Parameters<typeof reservedBytes>[0] } };

interface Figures extends PodFootprint {
  readonly readyMs: number;
  readonly reservedBytes: number;
  readonly requests: number;
  readonly leases: number;
}

/** What it takes to hold so many tiny images on one node, and what stays. */
export async function measureHold(
  config: KubeConfig,
  folder: string,
  imageCount: number,
  rounds: number,
): Promise<Measurement[]> {
  const values = new Map<HoldContestant["name"], Figures[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of holdContestants) {
      const figures = await holdOnce(contestant, config, folder, imageCount);
      values.set(contestant.name, [...(values.get(contestant.name) ?? []), figures]);
    }
  }
  const figure = (
    what: string,
    unit: Measurement["unit"],
    pick: (figures: Figures) => number,
  ): Measurement => ({
    scenario: `hold ${imageCount} images`,
    what,
    unit,
    values: new Map([...values].map(([name, runs]) => [name, runs.map(pick)])),
    goals: [],
  });
  return [
    figure("time to ready", "ms", (run) => run.readyMs),
    figure("processes", "count", (run) => run.processes),
    figure("PSS", "bytes", (run) => run.proportionalBytes),
    figure("memory reserved", "bytes", (run) => run.reservedBytes),
    figure("API requests in an interval", "count", (run) => run.requests),
    figure("of Leases besides", "count", (run) => run.leases),
  ];
}

async function holdOnce(
  contestant: HoldContestant,
  config: KubeConfig,
  folder: string,
  imageCount: number,
): Promise<Figures> {
  const [node] = labNodes();
  if (node === undefined) throw new Error("the lab has no node");
  const images = await pushHoldImages("held", imageCount);
  const proxy = await startCountingProxy(config);
  await createOwner(namespace);
  const variables = holdVariables(namespace, images, {
    NODE_SELECTOR: JSON.stringify({ "kubernetes.io/hostname": node.name }),
    CACHING_INTERVAL_HOURS: String(intervalHours),
    MAX_NODES: "100%",
    CACHING_MEMORY_REQUEST: "10Mi",
    CACHING_MEMORY_LIMIT: "20Mi",
  });
  const startMs = performance.now();
  const stop = await contestant.start(variables, writeKubeconfig(folder, proxy.url));
  try {
    const pods = await waitUntilReady();
    const ready = performance.now() - startMs;
    await delay(settleMs);
    const before = proxy.counts();
    await delay(intervals * intervalMs);
    const after = proxy.counts();
    return {
      ...readPodFootprint(pods.map(({ metadata }) => metadata.uid)),
      readyMs: ready,
      reservedBytes: reservedBytes(pods.flatMap(({ spec }) => spec.containers)),
      requests: (after.other - before.other) / intervals,
      leases: (after.lease - before.lease) / intervals,
    };
  } finally {
    await stop();
    await removeNamespace(namespace);
    await proxy.close();
  }
}

async function waitUntilReady(): Promise<HeldPod[]> {
  const endMs = performance.now() + readyMs;
  for (;;) {
    const what = ["pods", "--namespace", namespace, "--selector", heldSelector] as const;
    const { items } = await readObject<{ items: HeldPod[] }>(...what);
    if (items.length > 0 && items.every(isReady)) return items;
    if (performance.now() > endMs) throw new Error(`not held within ${readyMs} ms`);
    await delay(200);
  }
}

function writeKubeconfig(folder: string, server: string): string {
  const file = join(folder, "counted.kubeconfig");
  const named = (list: string, key: string, value: object) => ({ [list]: [{ name: "bench", [key]: value }] });
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    ...named("clusters", "cluster", { server }),
    ...named("contexts", "context", { cluster: "bench", user: "bench" }),
    ...named("users", "user", {}),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
