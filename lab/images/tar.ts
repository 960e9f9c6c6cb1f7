/** One regular file of an archive; `mode` defaults to 0o644. */
export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode?: number;
}

const blockBytes = 512;

/**
 * An uncompressed tar (POSIX ustar) with fixed owner and time, so that equal files give equal bytes.
 * Throws where a path is longer than the 100 bytes of the header's name field.
 */
export function createTar(files: readonly TarFile[]): Buffer {
  const sizeBytes = files.reduce((sum, file) => sum + blockBytes + padded(file.bytes.length), 2 * blockBytes);
  const tar = Buffer.alloc(sizeBytes);
  let offset = 0;
  for (const file of files) {
    writeHeader(tar.subarray(offset, offset + blockBytes), file);
    tar.set(file.bytes, offset + blockBytes);
    offset += blockBytes + padded(file.bytes.length);
  }
  return tar;
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

// Offsets are those of the ustar header: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
function writeHeader(header: Buffer, file: TarFile): void {
  if (Buffer.byteLength(file.path) > 100)
    throw new Error(`the path ${file.path} is too long for a tar header`);
  header.write(file.path, 0);
  writeOctal(header, 100, 8, file.mode ?? 0o644);
  writeOctal(header, 108, 8, 0);
  writeOctal(header, 116, 8, 0);
  writeOctal(header, 124, 12, file.bytes.length);
  writeOctal(header, 136, 12, 0);
  header.write("0", 156);
  header.write("ustar\x0000", 257, "latin1");
  header.fill(" ", 148, 156);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  writeOctal(header, 148, 7, checksum);
}

function writeOctal(header: Buffer, offset: number, width: number, value: number): void {
  header.write(`${value.toString(8).padStart(width - 1, "0")}\x00`, offset, "latin1");
}
