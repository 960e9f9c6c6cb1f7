import type { Environment } from "../paths.ts";

/** What an installation is done with. */
export interface InstallContext {
  /** The folder that everything is installed into. */
  readonly cache: string;
  readonly environment: Environment;
  /** Says what takes its time, a line at a time. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}
