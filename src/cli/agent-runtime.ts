import { waitForRuntime } from "../agent/wait-for-runtime.ts";
import { ConfigError } from "../lib/config-error.ts";
import { createChannel } from "../lib/grpc/channel.ts";
import type { Logger } from "../lib/log.ts";
import { printable } from "../lib/printable.ts";
import { createContainerdDownloads } from "../runtime/containerd-downloads.ts";
import { createContainerdEvents } from "../runtime/containerd-events.ts";
import { createContainerdPins } from "../runtime/containerd-pins.ts";
import { createCriRuntime } from "../runtime/cri.ts";
import { createImageDisk } from "../runtime/cri-image-disk.ts";
import { createImageUse } from "../runtime/cri-image-use.ts";
import { isDockerSocket } from "../runtime/docker-socket.ts";
import type { RuntimeDownloads } from "../runtime/downloads.ts";
import type { ImageDisk } from "../runtime/image-disk.ts";
import type { ImageEvents } from "../runtime/image-events.ts";
import type { ImagePins } from "../runtime/image-pins.ts";
import type { ImageUse } from "../runtime/image-use.ts";
import { supportsPins } from "../runtime/pin-support.ts";
import type { ImageRuntime, RuntimeVersion } from "../runtime/runtime.ts";
import { describeDockerSocket } from "../runtime/runtime-target.ts";
import { createDeadSocketWatch, readMountedAsFile } from "../runtime/socket-mount.ts";
import type { RuntimePlace } from "./agent-flags.ts";
import type { CliContext } from "./context.ts";

/** This node's runtime. */
export interface AgentRuntime {
  readonly runtime: ImageRuntime;
  /** Aborts with the reason where the socket can never answer again: only a new container gets the new one. */
  readonly lost: AbortSignal;
  /** Waits for the first answer, as long as it takes. Throws a `ConfigError` where no runtime will ever answer. */
  connect(signal: AbortSignal): Promise<RuntimeVersion>;
  /** What only some runtimes have. */
  extras(version: RuntimeVersion, stateDir: string): RuntimeExtras;
  close(): void;
}

export interface RuntimeExtras {
  readonly events: ImageEvents | undefined;
  readonly downloads: RuntimeDownloads | undefined;
  readonly pins: ImagePins | undefined;
  readonly use: ImageUse;
  readonly disk: ImageDisk;
}

const dockerPingMs = 1000;

/** Connects to nothing yet. */
export async function createAgentRuntime(
  place: RuntimePlace,
  { clock, random }: CliContext,
  log: Logger,
): Promise<AgentRuntime> {
  const { target } = place;
  const channel = createChannel({ target });
  const lost = new AbortController();
  const mounted = "path" in target && (await readMountedAsFile(target.path));
  const socket = createDeadSocketWatch(mounted, clock.nowMs);
  const runtime = watched(createCriRuntime(channel), (error) => {
    if (socket.note(error)) lost.abort(lostError(place));
  });
  return {
    runtime,
    lost: lost.signal,
    async connect(signal) {
      const asked = {
        version: (bounds: Parameters<ImageRuntime["version"]>[0]) => askVersion(runtime, place, bounds),
      };
      const until = AbortSignal.any([signal, lost.signal]);
      return await waitForRuntime(asked, Number.POSITIVE_INFINITY, clock, until, (error) =>
        log.warn("waiting for the container runtime", { socket: printable(place.text, 200), error }),
      );
    },
    extras(version, stateDir) {
      const containerd = version.name === "containerd";
      return {
        events: containerd ? createContainerdEvents(channel, { clock, random, log }) : undefined,
        downloads: containerd ? createContainerdDownloads(channel, clock) : undefined,
        pins: supportsPins(version) ? createContainerdPins(channel) : undefined,
        use: createImageUse(channel),
        disk: createImageDisk({ runtime, statePath: stateDir }),
      };
    },
    close: () => channel.close(),
  };
}

/** The same runtime; `note` hears what the calls come to that are made all the time. */
function watched(runtime: ImageRuntime, note: (error: unknown) => void): ImageRuntime {
  const noting = async <T>(call: Promise<T>): Promise<T> => {
    try {
      const answer = await call;
      note(undefined);
      return answer;
    } catch (error) {
      note(error);
      throw error;
    }
  };
  return {
    ...runtime,
    version: (bounds) => noting(runtime.version(bounds)),
    listImages: (bounds) => noting(runtime.listImages(bounds)),
  };
}

async function askVersion(
  runtime: ImageRuntime,
  { target, text, flag }: RuntimePlace,
  bounds: Parameters<ImageRuntime["version"]>[0],
): Promise<RuntimeVersion> {
  try {
    return await runtime.version(bounds);
  } catch (error) {
    bounds.signal?.throwIfAborted();
    const docker =
      "path" in target && (await isDockerSocket(target.path, { ...bounds, timeoutMs: dockerPingMs }));
    if (docker) throw new ConfigError(describeDockerSocket(text, flag), { cause: error });
    throw error;
  }
}

function lostError({ text }: RuntimePlace): Error {
  return new Error(
    `${printable(text, 200)} is a socket that nobody listens at any more, and it was mounted by itself: only a new container gets the runtime's new one; mount its folder to avoid this`,
  );
}
