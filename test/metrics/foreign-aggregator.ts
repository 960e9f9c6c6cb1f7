import { promisify } from "node:util";
import { Server, ServerCredentials, type ServerReadableStream, type sendUnaryData } from "@grpc/grpc-js";
import { Result } from "../../src/results/gen/metrics.ts";

/** An aggregator made with a gRPC implementation that is not ours. */
export interface ForeignAggregator {
  readonly port: number;
  readonly received: Result[];
  close(): void;
}

/** `misbehave` may end a call in its own way: it is true where it did. */
export async function startForeignAggregator(
  misbehave: (call: ServerReadableStream<Result, Buffer>, callback: sendUnaryData<Buffer>) => boolean = () =>
    false,
): Promise<ForeignAggregator> {
  const received: Result[] = [];
  const server = new Server();
  server.register<Result, Buffer>(
    "/Metrics/Submit",
    (call: ServerReadableStream<Result, Buffer>, callback: sendUnaryData<Buffer>) => {
      call.on("error", () => {});
      if (misbehave(call, callback)) return;
      call.on("data", (result: Result) => received.push(result));
      call.on("end", () => callback(null, Buffer.alloc(0)));
    },
    (bytes) => bytes,
    (bytes) => Result.decode(bytes),
    "clientStream",
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
  return { port, received, close: () => server.forceShutdown() };
}
