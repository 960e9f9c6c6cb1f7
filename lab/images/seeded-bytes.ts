import { createCipheriv, createHash } from "node:crypto";

const chunkBytes = 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** Pseudo-random bytes that depend on the seed alone: the AES-CTR key stream, gigabytes per second. */
export function seededBytes(seed: string, sizeBytes: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  const cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16));
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let offset = 0; offset < sizeBytes; offset += chunkBytes) {
    bytes.set(cipher.update(zeros.subarray(0, Math.min(chunkBytes, sizeBytes - offset))), offset);
  }
  return bytes;
}

/** Like `seededBytes`, but three quarters of it are zeros in long runs: gzip makes about a quarter of it. */
export function seededCompressibleBytes(seed: string, sizeBytes: number): Buffer {
  const bytes = seededBytes(seed, sizeBytes);
  for (let offset = 1024; offset < sizeBytes; offset += 4096) bytes.subarray(offset, offset + 3072).fill(0);
  return bytes;
}
