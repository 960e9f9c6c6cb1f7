import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";

/** All that is wrong with the configuration of `prestow hold`. */
export class HoldConfigError extends ConfigError {
  /** One line each, safe for a terminal; the message is all of them, with line breaks between. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** What is wrong with one variable; the value is shown cut and made printable. */
export function variableError(name: string, value: string, reason: string): ConfigError {
  return new ConfigError(`${name}: "${printable(value, 80)}" ${reason}`);
}

/** Collects what is wrong, so that all of it is told at once. */
export interface FaultCollector {
  /** What `parse` returns; undefined where it throws a `ConfigError`, which is noted. */
  attempt<T>(parse: () => T): T | undefined;
  /** Throws a `HoldConfigError` where anything was noted. */
  finish(): void;
}

/** A collector that has nothing noted. */
export function createFaultCollector(): FaultCollector {
  const faults: string[] = [];
  return {
    attempt(parse) {
      try {
        return parse();
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        faults.push(...(error instanceof HoldConfigError ? error.faults : [error.message]));
        return undefined;
      }
    },
    finish() {
      if (faults.length > 0) throw new HoldConfigError(faults);
    },
  };
}
