import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LabNodeVariables } from "./lab.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

/** An agent that a test starts as a process of its own, to end it when it likes. */
export interface AgentProcess {
  readonly pid: number;
  /** What it has logged so far. */
  log(): string;
  /** Undefined while it runs. */
  exitCode(): number | string | undefined;
  /** Sends a signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Sends a signal that it survives. */
  send(signal: NodeJS.Signals): void;
}

/** Starts the sources as they are against a node's runtime, by the administrator's kubeconfig unless flags say else. */
export function startAgentProcess(
  node: Pick<LabNodeVariables, "criSocket">,
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): AgentProcess {
  const args = ["agent", `--cri-socket=${node.criSocket}`, "--metrics-bind-address=0", ...flags];
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], KUBECONFIG: process.env["KUBECONFIG"], ...environment },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    log: () => said,
    exitCode: () => child.exitCode ?? child.signalCode ?? undefined,
    async end(signal) {
      child.kill(signal);
      await exited;
    },
    send: (signal) => void child.kill(signal),
  };
}
