import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../lab/run-command.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

/** A folder of its own, in which shell commands are run with `prestow` on PATH. */
export interface Workspace {
  readonly folder: string;
  /** Writes a file and resolves to its path. */
  write(name: string, text: string): string;
  /** Runs a script in bash, which ends where a command fails; resolves to what it prints. */
  run(script: string): Promise<string>;
  remove(): void;
}

export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "prestow-cluster-test-"));
  const bin = join(folder, ".bin");
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(bin);
  // The sources as they are, not a bundle that may be older.
  chmodSync(write(".bin/prestow", `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`), 0o755);
  const environment = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  return {
    folder,
    write,
    run: (script) => runCommand(["bash", "-euo", "pipefail", "-c", script], { cwd: folder, environment }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
