/** What a process has taken of its machine. */
export interface ProcessUsage {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** In Unix time. */
  readonly startSeconds: number;
}

/** Reads what this process has taken. */
export function readProcessUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    startSeconds: performance.timeOrigin / 1000,
  };
}
