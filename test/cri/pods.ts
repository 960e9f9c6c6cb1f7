import { randomUUID } from "node:crypto";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Channel } from "../../src/lib/grpc/channel.ts";

/** A pod sandbox in the network of the host, which needs no CNI. */
export interface Pod {
  /** Creates a container, and starts it where `start` is set; resolves to its id. */
  createContainer(options: ContainerOptions): Promise<string>;
  startContainer(id: string): Promise<void>;
  stopContainer(id: string): Promise<void>;
  removeContainer(id: string): Promise<void>;
  stop(): Promise<void>;
  /** Stops and removes it with its containers; more than once is no error. */
  remove(): Promise<void>;
}

export interface ContainerOptions {
  readonly image: string;
  /** Mounted read-only at `/volume`. */
  readonly volumeImage?: string;
}

type Field = readonly [number, string | number | boolean | Uint8Array];

const bounds = { timeoutMs: 60_000 };
const ofNode = 2;

/** Runs a pod by CRI calls that Prestow itself has no use for, so that their messages are written by hand. */
export async function runPod(channel: Channel): Promise<Pod> {
  const name = randomUUID().slice(0, 8);
  const metadata = message([1, name], [2, name], [3, "default"]);
  const security = message([1, message([1, ofNode])]);
  const sandbox = message([1, metadata], [8, message([2, security])]);
  const call = (method: string, ...fields: Field[]) => callRuntime(channel, method, message(...fields));
  const id = await call("RunPodSandbox", [1, sandbox]);
  let removed = false;
  return {
    createContainer({ image, volumeImage }) {
      const mount: Field[] =
        volumeImage === undefined
          ? []
          : [[7, message([1, "/volume"], [3, true], [9, message([1, volumeImage])])]];
      const own = message([1, randomUUID().slice(0, 8)]);
      const config = message([1, own], [2, message([1, image])], ...mount);
      return call("CreateContainer", [1, id], [2, config], [3, sandbox]);
    },
    startContainer: async (container) => void (await call("StartContainer", [1, container])),
    stopContainer: async (container) => void (await call("StopContainer", [1, container], [2, 0])),
    removeContainer: async (container) => void (await call("RemoveContainer", [1, container])),
    stop: async () => void (await call("StopPodSandbox", [1, id])),
    async remove() {
      if (removed) return;
      removed = true;
      await call("StopPodSandbox", [1, id]);
      await call("RemovePodSandbox", [1, id]);
    },
  };
}

/** Resolves to the first field of the answer, which is an id where there is one. */
async function callRuntime(channel: Channel, method: string, request: Uint8Array): Promise<string> {
  const [answer] = await channel.call(`/runtime.v1.RuntimeService/${method}`, request, bounds);
  return answer === undefined || answer[0] !== 0x0a
    ? ""
    : answer.subarray(2, 2 + (answer[1] ?? 0)).toString();
}

function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === "string") writer.uint32((number << 3) | 2).string(value);
    else if (value instanceof Uint8Array) writer.uint32((number << 3) | 2).bytes(value);
    else writer.uint32(number << 3).int32(Number(value));
  }
  return writer.finish();
}
