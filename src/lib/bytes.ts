const units = ["kB", "MB", "GB", "TB", "PB"] as const;

/** A size in decimal units, as registries count: `0 B`, `512 B`, `21.0 MB`, `143 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = "";
  for (const next of units) {
    value /= 1000;
    unit = next;
    // Rounded first: 999.7 kB is 1.0 MB, never "1000 kB".
    if (value < 999.5) break;
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A speed: `52.1 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}
