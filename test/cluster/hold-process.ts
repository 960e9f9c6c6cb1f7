import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const main = join(import.meta.dirname, "../../src/main.ts");

/** A controller that a test starts as a process of its own, to end it when it likes. */
export interface HoldProcess {
  /** What it has logged so far. */
  log(): string;
  /** Undefined while it runs. */
  exitCode(): number | string | undefined;
  /** Sends a signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the sources as they are, by the administrator's kubeconfig, with variables as a Deployment would give them. */
export function startHoldProcess(
  variables: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): HoldProcess {
  // One that is left over by a test that was broken off would lead in the next run.
  const tie = ["--pdeathsig", "KILL", "--", process.execPath];
  const child = spawn("setpriv", [...tie, main, "hold", "--metrics-bind-address=0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], KUBECONFIG: process.env["KUBECONFIG"], ...variables },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const exited = once(child, "exit");
  const exitCode = () => child.exitCode ?? child.signalCode ?? undefined;
  return {
    log: () => said,
    exitCode,
    async end(signal) {
      if (exitCode() === undefined) child.kill(signal);
      await exited;
    },
  };
}

/** Runs a controller while the work lasts; says what it said where that fails. */
export async function withHoldProcess<T>(
  variables: Readonly<Record<string, string>>,
  flags: readonly string[],
  work: (controller: HoldProcess) => Promise<T>,
): Promise<T> {
  const controller = startHoldProcess(variables, flags);
  try {
    return await work(controller);
  } catch (error) {
    const log = controller.log().slice(-8_000);
    throw new Error(`${error instanceof Error ? error.message : error}\nThe controller said:\n${log}`);
  } finally {
    await controller.end("SIGTERM");
  }
}
