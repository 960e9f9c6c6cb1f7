import { readFileSync } from "node:fs";

/** What a process has in memory, and the most it ever had. */
export interface ProcessMemory {
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  /** Not shared with a file: what a machine with many of these really pays for each. */
  readonly anonymousBytes: number;
}

/** Reads it from the text of /proc/PID/status; undefined for a process that has no memory any more. */
export function parseProcessMemory(text: string): ProcessMemory | undefined {
  const bytes = (field: string) => {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const residentBytes = bytes("VmRSS");
  const peakResidentBytes = bytes("VmHWM");
  const anonymousBytes = bytes("RssAnon");
  if (residentBytes === undefined || peakResidentBytes === undefined || anonymousBytes === undefined) {
    return undefined;
  }
  return { residentBytes, peakResidentBytes, anonymousBytes };
}

/** Undefined where the process is gone. */
export function readProcessMemory(pid: number): ProcessMemory | undefined {
  try {
    return parseProcessMemory(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return undefined;
  }
}
