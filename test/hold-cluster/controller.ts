import type { TestContext } from "node:test";
import type { ConfigSource } from "../../src/hold/config/config-source.ts";
import { parseHoldConfig } from "../../src/hold/config/parse-hold-config.ts";
import type { HoldConfig } from "../../src/hold/config.ts";
import type { HoldStatus } from "../../src/hold/hold-status.ts";
import { runHold } from "../../src/hold/run/run-hold.ts";
import { createHoldTelling } from "../../src/hold/telling/hold-telling.ts";
import { createKubeClient } from "../../src/kube/client.ts";
import { createInformer } from "../../src/kube/informer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLogger } from "../../src/lib/log.ts";
import { type FakeCluster, startFakeCluster } from "./fake-cluster.ts";

/** Where the objects of the tests are. */
export const paths = {
  daemonSets: "/apis/apps/v1/namespaces/ns/daemonsets",
  deployments: "/apis/apps/v1/namespaces/ns/deployments",
  pods: "/api/v1/namespaces/ns/pods",
  configMaps: "/api/v1/namespaces/ns/configmaps",
  events: "/api/v1/namespaces/ns/events",
  nodes: "/api/v1/nodes",
} as const;

/** A controller at work on a fake cluster. */
export interface Bench {
  readonly cluster: FakeCluster;
  readonly lines: readonly string[];
  status(): HoldStatus | undefined;
  /** What digests are from now on; empty: one image has none. */
  digest: string;
  configure(env: Readonly<Record<string, string>>): void;
  lead(isLeader: boolean): void;
  stop(): Promise<void>;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly denied?: readonly string[];
  readonly prepare?: (cluster: FakeCluster) => void;
}

const variables = {
  DAEMONSET_NAME: "puller",
  DEPLOYMENT_NAME: "puller",
  NAMESPACE: "ns",
  CACHING_INTERVAL_HOURS: "1",
  IMAGES: "web=example.com/shop/web:v1;cart=example.com/shop/cart:v1",
};

/** Starts a controller; it ends with the test. */
export async function startController(context: TestContext, options: Options = {}): Promise<Bench> {
  const source = createSource(parseHoldConfig({ ...variables, ...options.env }));
  const cluster = await startFakeCluster(Object.values(paths));
  cluster.resource(paths.deployments).set(deployment());
  cluster.resource(paths.nodes).set(node("a"));
  for (const each of options.denied ?? []) cluster.denied.add(each);
  options.prepare?.(cluster);
  const stop = new AbortController();
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    format: "text",
    clock: systemClock,
    write: (line) => lines.push(line),
  });
  const config = { server: new URL(cluster.url), tls: {}, token: undefined };
  const client = createKubeClient({ config, userAgent: "test", clock: systemClock });
  const common = { clock: systemClock, random: Math.random, log };
  const telling = createHoldTelling({ version: "0", client, ...common, signal: stop.signal, quietMs: 20 });
  let last: HoldStatus | undefined;
  let leading = true;
  let rung = () => {};
  const bench: Bench = {
    cluster,
    lines,
    digest: `sha256:${"1".repeat(64)}`,
    status: () => last,
    configure: (env) => source.set(parseHoldConfig({ ...variables, ...env })),
    lead(isLeader) {
      leading = isLeader;
      rung();
    },
    async stop() {
      stop.abort(new Error("stopped"));
      await running;
    },
  };
  const running = runHold(
    {
      source,
      client,
      inform: (of) => createInformer({ client, ...common, ...of }),
      leader: {
        isLeader: () => leading,
        run: async (onChange, signal) => {
          rung = () => onChange(leading);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      },
      resolveDigest: async ({ path }) => {
        if (bench.digest === "" && path.endsWith("cart")) throw new Error("no registry");
        return bench.digest || `sha256:${"1".repeat(64)}`;
      },
      classify: (_, code) => (code === "NOT_FOUND" ? "not-found" : "unknown"),
      telling: {
        ...telling,
        status(status, place) {
          last = status;
          telling.status(status, place);
        },
      },
      ...common,
      timings: {
        settleMs: 10,
        leastWaitMs: 10,
        mostWaitMs: 100,
        backoffFirstMs: 50,
        backoffMostMs: 200,
        digestRetryMs: 50,
      },
    },
    stop.signal,
  );
  context.after(async () => {
    await bench.stop();
    client.close();
    await cluster.close();
  });
  return bench;
}

function createSource(first: HoldConfig): ConfigSource & { set(config: HoldConfig): void } {
  let config = first;
  let changed = () => {};
  return {
    current: () => config,
    faults: () => undefined,
    async run(onChange, signal) {
      changed = onChange;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    set(next) {
      config = next;
      changed();
    },
  };
}

/** The Deployment that owns what is held. */
export function deployment(spec: Readonly<Record<string, unknown>> = {}) {
  const containers = [{ name: "puller", image: "example.com/prestow:1" }];
  return {
    metadata: { name: "puller", namespace: "ns", uid: "deployment-uid" },
    spec: { replicas: 1, template: { spec: { containers } }, ...spec },
  };
}

/** A node that is well. */
export function node(name: string) {
  return {
    metadata: { name, labels: { "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name } },
    spec: {},
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: { kubeletVersion: "v1.36.3", containerRuntimeVersion: "containerd://2.4.2" },
    },
  };
}
