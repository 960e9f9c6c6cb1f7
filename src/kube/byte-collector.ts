import { KubeError } from "./errors.ts";

/** Gathers a piece of JSON that may come in several chunks. */
export interface ByteCollector {
  /** Throws a `KubeError` `unknown` where it becomes larger than its bound. */
  add(bytes: Buffer): void;
  /** All of it; begins anew. */
  take(): Buffer;
  readonly sizeBytes: number;
}

/** Holds at most `maxBytes`; what is added may be a view of a buffer that is used again only after `take`. */
export function createByteCollector(maxBytes: number): ByteCollector {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  return {
    add(bytes) {
      sizeBytes += bytes.length;
      if (sizeBytes > maxBytes) {
        throw new KubeError(`one object of the answer has more than ${maxBytes} bytes`, { kind: "unknown" });
      }
      parts.push(bytes);
    },
    take() {
      const [first] = parts;
      const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      parts = [];
      sizeBytes = 0;
      return whole;
    },
    get sizeBytes() {
      return sizeBytes;
    },
  };
}
