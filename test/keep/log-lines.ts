import type { Logger } from "../../src/lib/log.ts";

/** A logger that keeps `level message`, from `info` on. */
export function createLogLines(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const method = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return {
    lines,
    log: { debug() {}, info: method("info"), warn: method("warn"), error: method("error") },
  };
}
