import { crc32 } from "node:zlib";

const maxBlockBytes = 65_535;
const headerBytes = 10;
const trailerBytes = 8;

/**
 * A gzip member of stored blocks (RFC 1951 §3.2.4, RFC 1952): what a compressor makes of random bytes, at the
 * speed of a copy, and the same on every version of zlib.
 */
export function gzipStored(content: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(content.length / maxBlockBytes));
  const out = Buffer.alloc(headerBytes + blocks * 5 + content.length + trailerBytes);
  out.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  let offset = headerBytes;
  for (let block = 0; block < blocks; block++) {
    const part = content.subarray(block * maxBlockBytes, (block + 1) * maxBlockBytes);
    out.writeUInt8(block === blocks - 1 ? 1 : 0, offset);
    out.writeUInt16LE(part.length, offset + 1);
    out.writeUInt16LE(part.length ^ 0xffff, offset + 3);
    out.set(part, offset + 5);
    offset += 5 + part.length;
  }
  out.writeUInt32LE(crc32(content), offset);
  out.writeUInt32LE(content.length % 2 ** 32, offset + 4);
  return out;
}
