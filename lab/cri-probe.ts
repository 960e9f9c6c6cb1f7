import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Client, credentials } from "@grpc/grpc-js";

const identity = (bytes: Buffer): Buffer => bytes;

/** `runtime_version`, field 3 of CRI's VersionResponse. */
export function parseRuntimeVersion(response: Uint8Array): string {
  const reader = new BinaryReader(response);
  let version = "";
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 3) version = reader.string();
    else reader.skip(wireType);
  }
  return version;
}

function call(client: Client, method: string, timeoutMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const deadline = Date.now() + timeoutMs;
  client.makeUnaryRequest(method, identity, identity, Buffer.alloc(0), { deadline }, (error, response) => {
    if (error) reject(error);
    else resolve(response ?? Buffer.alloc(0));
  });
  return promise;
}

/**
 * The version of the runtime behind a CRI socket, asked for once its image service has answered too. Throws the gRPC
 * error where either does not answer within `timeoutMs`.
 */
export async function readCriVersion(socket: string, timeoutMs: number): Promise<string> {
  const client = new Client(`unix://${socket}`, credentials.createInsecure());
  try {
    await call(client, "/runtime.v1.ImageService/ListImages", timeoutMs);
    return parseRuntimeVersion(await call(client, "/runtime.v1.RuntimeService/Version", timeoutMs));
  } finally {
    client.close();
  }
}
