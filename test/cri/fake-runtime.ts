import { once } from "node:events";
import { promisify } from "node:util";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../../src/lib/clock.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { registerAnswers } from "./answers.ts";
import type { Behaviour, BehaviourRule, CriMethod } from "./behaviour.ts";
import { createBehaviourScript } from "./behaviour.ts";
import type { RecordedCall } from "./call-record.ts";
import { createCallRecord } from "./call-record.ts";
import { createFront } from "./front.ts";
import type { ImageStore } from "./image-store.ts";
import { createImageStore } from "./image-store.ts";
import { StatusError } from "./status-error.ts";
import type { IncomingCall } from "./unary.ts";
import { registerUnary } from "./unary.ts";

export interface FakeRuntimeOptions {
  /** The path of the Unix socket to make. */
  readonly socketPath: string;
  readonly clock?: Clock;
}

/** A CRI runtime on a Unix socket, with images in memory, that misbehaves on cue. */
export interface FakeRuntime {
  readonly socketPath: string;
  /** What the runtime has and what it could pull; survives restarts. */
  readonly images: ImageStore;
  /** Makes calls go another way; the function that it returns takes the rule away. */
  behave(rule: BehaviourRule): () => void;
  /** All calls so far, or those of one method. */
  calls(method?: CriMethod): RecordedCall[];
  maxConcurrentPulls(): number;
  /** Stores images with long names until ListImages answers more than so many bytes. */
  fillList(sizeBytes: number): void;
  dropConnections(): void;
  /** From now on takes connections and bytes and says nothing, on old connections too. */
  silence(): void;
  /** Serves new connections again. */
  speak(): void;
  /** As a runtime that is killed: connections are cut and the socket is gone. */
  stop(): Promise<void>;
  /** Listens on the same path again. */
  start(): Promise<void>;
  /** Stops for good. */
  close(): Promise<void>;
}

/** Starts a fake runtime; it listens when this resolves. */
export async function startFakeRuntime(options: FakeRuntimeOptions): Promise<FakeRuntime> {
  const { socketPath, clock = systemClock } = options;
  const images = createImageStore();
  const script = createBehaviourScript();
  const record = createCallRecord(() => clock.nowMs());
  const server = new Server();
  const serverPath = `${socketPath}.server`;
  const front = createFront(socketPath, serverPath);

  const intercept = <Response>(call: IncomingCall, answer: () => Response) =>
    record.run(call, async () => {
      const behaviour = script.take(call.method, call.image);
      if (behaviour?.kind === "drop") front.dropConnections();
      if (behaviour !== undefined) await misbehave(behaviour, call.signal, clock);
      call.signal.throwIfAborted();
      return answer();
    });
  registerAnswers(images, (method) => registerUnary(server, method, intercept));
  await promisify(server.bindAsync.bind(server))(`unix:${serverPath}`, ServerCredentials.createInsecure());
  await front.listen();
  return {
    socketPath,
    images,
    behave: script.add,
    calls: record.calls,
    maxConcurrentPulls: record.maxConcurrentPulls,
    fillList: (sizeBytes) => fillList(images, sizeBytes),
    dropConnections: front.dropConnections,
    silence: front.silence,
    speak: front.speak,
    stop: front.stop,
    start: front.listen,
    async close() {
      await front.stop();
      server.forceShutdown();
    },
  };
}

/** Returns where the call is to be answered as usual after all. */
async function misbehave(behaviour: Behaviour, signal: AbortSignal, clock: Clock): Promise<void> {
  switch (behaviour.kind) {
    case "delay":
      return clock.sleep(behaviour.delayMs, signal);
    case "error":
      throw new StatusError(behaviour.code, behaviour.message);
    case "hang":
    case "drop":
      if (!signal.aborted) await once(signal, "abort");
  }
}

function fillList(images: ImageStore, sizeBytes: number): void {
  const name = "x".repeat(100);
  // Of each image the list holds its id and its name twice, with tag and with digest: over 400 bytes.
  for (let i = 0; i < sizeBytes / 400; i++) {
    const ref = `registry.example/${name}/${i}:v1`;
    images.publish(ref);
    images.pull(ref);
  }
}
