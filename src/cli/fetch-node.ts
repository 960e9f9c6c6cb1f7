import { createDownloadWatch } from "../agent/download-watch.ts";
import type { ImagePullTools } from "../agent/image-pull.ts";
import { createLeaseBook } from "../agent/lease-book.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createChannel } from "../lib/grpc/channel.ts";
import type { Logger } from "../lib/log.ts";
import { printable } from "../lib/printable.ts";
import type { PullObserver } from "../results/pull-events.ts";
import { createContainerdDownloads } from "../runtime/containerd-downloads.ts";
import { createCriRuntime } from "../runtime/cri.ts";
import type { ImageRuntime, RuntimeVersion } from "../runtime/runtime.ts";
import type { CliContext } from "./context.ts";
import { readKeyring } from "./fetch-keyring.ts";
import type { FetchOptions } from "./fetch-options.ts";

/** This node's runtime and who we are for registries. */
export interface Node {
  readonly runtime: ImageRuntime;
  /** `version` is undefined where the runtime was not reached before the stop. */
  pullTools(version: RuntimeVersion | undefined, observe: PullObserver): ImagePullTools;
  close(): void;
}

/** Without a terminal only what lasts is told. */
const unwatchedPatienceMs = 1000;
/** A lease outlives its run by this much, so that the next run of a killed process goes on where it stood. */
const leaseReserveMs = 600_000;

/** Wires the edges of `fetch` together. Throws a `ConfigError`; makes no call to the runtime. */
export async function createNode(options: FetchOptions, context: CliContext, log: Logger): Promise<Node> {
  const { clock, random } = context;
  const keyring = await readKeyring(options, context, log);
  const channel = createChannel({ target: { path: parseSocket(options.criSocket) } });
  const runtime = createCriRuntime(channel);
  const ended = new AbortController();
  return {
    runtime,
    pullTools(version, observe) {
      const downloads =
        version?.name === "containerd" ? createContainerdDownloads(channel, clock) : undefined;
      const patienceMs = context.stderr.terminal === undefined ? unwatchedPatienceMs : 0;
      const onTotal = (downloadedBytes: number) => observe({ type: "total", downloadedBytes });
      const watch =
        downloads && createDownloadWatch(downloads, clock, log, onTotal, ended.signal, patienceMs);
      const leases = createLeaseBook(downloads, options.overallTimeoutMs + leaseReserveMs, log);
      return { runtime, keyring, watch, leases, clock, random, log, observe };
    },
    close() {
      ended.abort();
      channel.close();
    },
  };
}

/** A path, or `unix://` before it as the kubelet and crictl have it. */
function parseSocket(text: string): string {
  const path = text.replace(/^unix:\/\//, "");
  if (path.startsWith("/") || (path !== "" && !path.includes("://"))) return path;
  const shown = printable(text, 100);
  throw new ConfigError(
    `--cri-socket: "${shown}" is no path of a Unix socket; write it like /run/containerd/containerd.sock`,
  );
}
