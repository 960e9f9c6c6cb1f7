import { GrpcError } from "./status.ts";

const prefixBytes = 5;
const firstBytes = 256;

/** Memory that several readers share for messages that have not arrived whole. */
export interface ByteBudget {
  /** False where so much is not left; nothing is taken then. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** A budget of so many bytes. */
export function createByteBudget(totalBytes: number): ByteBudget {
  let leftBytes = totalBytes;
  return {
    take(bytes) {
      if (bytes > leftBytes) return false;
      leftBytes -= bytes;
      return true;
    },
    give(bytes) {
      leftBytes += bytes;
    },
  };
}

/** Puts messages together from the pieces in which a stream arrives. */
export interface MessageReader {
  /**
   * The messages that end with this piece; they may be parts of it, so they are to be used at once. Throws a
   * `GrpcError`.
   */
  push(piece: Buffer): Buffer[];
  /** A message has begun and is not whole. */
  readonly partial: boolean;
  /** Gives back what the budget lent; must be called in a `finally`. */
  dispose(): void;
}

/**
 * Reads frames as they arrive. What a sender announces costs nothing: memory grows with what has come, and
 * parts of messages are copied, since each piece keeps a whole buffer of the connection alive.
 */
export function createMessageReader(maxMessageBytes: number, budget: ByteBudget): MessageReader {
  let buffer = Buffer.alloc(0);
  let filledBytes = 0;
  let neededBytes = prefixBytes;

  const reset = () => {
    budget.give(buffer.length);
    buffer = Buffer.alloc(0);
    filledBytes = 0;
    neededBytes = prefixBytes;
  };
  const append = (piece: Buffer) => {
    const enoughBytes = filledBytes + piece.length;
    if (enoughBytes > buffer.length) {
      const sizeBytes = Math.min(neededBytes, Math.max(firstBytes, 2 * buffer.length, enoughBytes));
      buffer = grow(buffer, sizeBytes, budget);
    }
    filledBytes += piece.copy(buffer, filledBytes);
  };
  // Where the frame is whole, its message.
  const advance = (): Buffer | undefined => {
    if (filledBytes === prefixBytes) neededBytes += readLength(buffer, maxMessageBytes);
    if (filledBytes < neededBytes) return undefined;
    const message = buffer.subarray(prefixBytes, neededBytes);
    reset();
    return message;
  };

  return {
    push(piece) {
      const messages: Buffer[] = [];
      for (let offset = 0; offset < piece.length; ) {
        const whole = filledBytes === 0 ? findWhole(piece, offset, maxMessageBytes) : undefined;
        if (whole !== undefined) {
          messages.push(whole);
          offset += prefixBytes + whole.length;
          continue;
        }
        const end = Math.min(piece.length, offset + neededBytes - filledBytes);
        append(piece.subarray(offset, end));
        offset = end;
        if (filledBytes < neededBytes) break;
        const message = advance();
        if (message !== undefined) messages.push(message);
      }
      return messages;
    },
    get partial() {
      return filledBytes > 0;
    },
    dispose: reset,
  };
}

function findWhole(piece: Buffer, offset: number, maxMessageBytes: number): Buffer | undefined {
  if (piece.length - offset < prefixBytes) return undefined;
  const start = offset + prefixBytes;
  const end = start + readLength(piece.subarray(offset, start), maxMessageBytes);
  return end <= piece.length ? piece.subarray(start, end) : undefined;
}

function grow(buffer: Buffer, sizeBytes: number, budget: ByteBudget): Buffer<ArrayBuffer> {
  if (!budget.take(sizeBytes - buffer.length)) {
    throw new GrpcError("RESOURCE_EXHAUSTED", "too many unfinished messages at once; try again later");
  }
  const larger = Buffer.allocUnsafeSlow(sizeBytes);
  buffer.copy(larger);
  return larger;
}

function readLength(prefix: Buffer, maxMessageBytes: number): number {
  if (prefix.readUInt8(0) !== 0) throw new GrpcError("UNIMPLEMENTED", "compressed messages are not taken");
  const lengthBytes = prefix.readUInt32BE(1);
  if (lengthBytes <= maxMessageBytes) return lengthBytes;
  throw new GrpcError(
    "RESOURCE_EXHAUSTED",
    `a message of ${lengthBytes} bytes is larger than ${maxMessageBytes}`,
  );
}
