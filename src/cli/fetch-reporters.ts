import { hostname } from "node:os";
import { ConfigError } from "../lib/config-error.ts";
import type { Logger } from "../lib/log.ts";
import type { PullObserver } from "../results/pull-events.ts";
import { version } from "../version.ts";
import type { CliContext } from "./context.ts";
import type { FetchOptions } from "./fetch-options.ts";
import { readFlagFile, readTokenFile } from "./flag-file.ts";

/** Those outside the node who are told what became of a run. None of them can fail it. */
export interface Reporters {
  readonly observe: PullObserver;
  /** Before the first pull: what an earlier run said is no longer true. */
  begin(): Promise<void>;
  /** After the last one; bounded, and short where the process was asked to stop. */
  end(outcome: RunOutcome): Promise<void>;
  close(): void;
}

/** A stopped run says nothing of its images: without a label the node is not finished, and that is true. */
export type RunOutcome = "succeeded" | "failed" | "stopped";

const drainMs = 10_000;

/**
 * The node label, where `NODE_NAME` is set, and the metrics aggregator, where one is named. Their code is
 * loaded only then. Throws a `ConfigError` for flags that cannot be used.
 */
export async function createReporters(
  options: FetchOptions,
  context: CliContext,
  log: Logger,
): Promise<Reporters> {
  const submitter = await createMetrics(options, context, log);
  const label = await createLabel(options, context, log);
  return {
    observe: (event) => submitter?.observe(event),
    begin: async () => await label?.clear(),
    async end(outcome) {
      const drained = submitter?.drain(drainMs, context.signal);
      const labelled = outcome === "stopped" ? undefined : label?.write(outcome);
      await Promise.all([labelled, drained]);
    },
    close: () => label?.close(),
  };
}

async function createLabel(options: FetchOptions, context: CliContext, log: Logger) {
  const { env, clock, random, signal } = context;
  const { NODE_NAME: nodeName, INSTANCE_NAME: instance } = env;
  if (nodeName === undefined || nodeName === "") {
    log.info("no node label: NODE_NAME is not set");
    return undefined;
  }
  const { createNodeLabel } = await import("../results/node-label.ts");
  const client = await createClient(context, log);
  if (client === "unusable") return undefined;
  const label = createNodeLabel({
    client,
    nodeName,
    instance,
    timeoutMs: options.labelTimeoutMs,
    stop: signal,
    clock,
    random,
    log,
  });
  const close = () => {
    label.close();
    client?.close();
  };
  return { ...label, close };
}

async function createClient({ env, clock }: CliContext, log: Logger) {
  const { readInClusterConfig } = await import("../kube/in-cluster.ts");
  const { createKubeClient } = await import("../kube/client.ts");
  try {
    const config = await readInClusterConfig({ env, clock });
    return config && createKubeClient({ config, userAgent: `prestow/${version}`, clock });
  } catch (error) {
    // A pod without a token still gets its images.
    if (!(error instanceof ConfigError)) throw error;
    log.warn("no node label: the API server cannot be used", { error });
    return "unusable";
  }
}

async function createMetrics(options: FetchOptions, context: CliContext, log: Logger) {
  const { metricsEndpoint: endpoint, metricsTokenFile, metricsCaFile } = options;
  if (endpoint === undefined) return undefined;
  const { createSubmitter } = await import("../results/metrics/submitter.ts");
  const { clock, random, env } = context;
  const node = env["NODE_NAME"] || hostname();
  return createSubmitter({
    endpoint,
    node,
    clock,
    random,
    log,
    token:
      metricsTokenFile === undefined
        ? undefined
        : await readTokenFile("metrics-token-file", metricsTokenFile),
    tls:
      metricsCaFile === undefined ? undefined : { ca: await readFlagFile("metrics-ca-file", metricsCaFile) },
  });
}
