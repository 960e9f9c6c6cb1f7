import { createByteCollector } from "./byte-collector.ts";
import { KubeError } from "./errors.ts";

/** Takes a watch's bytes as they come. Methods throw a `KubeError` `unknown` for what is no watch. */
export interface WatchLines {
  write(chunk: Buffer): void;
  /** Throws where the stream ended within a line. */
  end(): void;
}

const newline = 0x0a;
/** No object is larger: etcd takes 1.5 MB. */
const maxLineBytes = 8 * 1024 * 1024;

/** Cuts a watch into its lines, of which each is one event. */
export function createWatchLines(onLine: (json: Buffer) => void): WatchLines {
  const line = createByteCollector(maxLineBytes);
  return {
    write(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        line.add(chunk.subarray(start, end));
        start = end + 1;
        if (line.sizeBytes > 0) onLine(line.take());
      }
      if (start < chunk.length) line.add(chunk.subarray(start));
    },
    end() {
      if (line.sizeBytes === 0) return;
      throw new KubeError("the watch ended within an event", { kind: "unavailable" });
    },
  };
}
