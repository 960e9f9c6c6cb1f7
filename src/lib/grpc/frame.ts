import { GrpcError } from "./status.ts";

const prefixBytes = 5;

/** A message with gRPC's length prefix: one byte of compression flag, four of length. */
export function encodeFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefixBytes);
  return frame;
}

/**
 * The messages in a whole response body. Throws a `GrpcError`: INTERNAL where the body is cut or compressed
 * (we ask for identity only).
 */
export function decodeFrames(body: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let offset = 0; offset < body.length; ) {
    if (body.length - offset < prefixBytes)
      throw new GrpcError("INTERNAL", "the response ends inside a frame");
    if (body.readUInt8(offset) !== 0) throw new GrpcError("INTERNAL", "the response is compressed");
    const end = offset + prefixBytes + body.readUInt32BE(offset + 1);
    if (end > body.length) throw new GrpcError("INTERNAL", "the response ends inside a message");
    messages.push(body.subarray(offset + prefixBytes, end));
    offset = end;
  }
  return messages;
}
