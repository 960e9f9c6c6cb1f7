import { Client, type ClientWritableStream, credentials, Metadata } from "@grpc/grpc-js";

export interface ForeignCall {
  readonly stream: ClientWritableStream<Uint8Array>;
  /** The answer, or the rejection with grpc-js' `code` and `details`. */
  readonly answer: Promise<Buffer>;
}

/** A client made with a gRPC implementation that is not ours; it sends and gets bytes. */
export interface ForeignClient {
  call(method: string, metadata?: Readonly<Record<string, string>>): ForeignCall;
  send(method: string, messages: readonly Uint8Array[]): Promise<Buffer>;
  close(): void;
}

const asIs = (bytes: Uint8Array) => Buffer.from(bytes);

/** A client of the server at a port of this machine. */
export function createForeignClient(port: number): ForeignClient {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ForeignClient["call"] = (method, fields = {}) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const stream = client.makeClientStreamRequest<Uint8Array, Buffer>(
      method,
      asIs,
      (bytes) => bytes,
      metadata,
      { deadline: Date.now() + 20_000 },
      (error, answer) => (error === null ? resolve(answer ?? Buffer.alloc(0)) : reject(error)),
    );
    return { stream, answer: promise };
  };
  return {
    call,
    send(method, messages) {
      const { stream, answer } = call(method);
      for (const message of messages) stream.write(message);
      stream.end();
      return answer;
    },
    close: () => client.close(),
  };
}
