import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { printable } from "../../src/lib/printable.ts";
import { type ProcessMemory, readProcessMemory } from "../process-memory.ts";
import type { AgentContestant } from "./contestants.ts";
import { type CriProxy, startCriProxy } from "./cri-proxy.ts";

/** An agent that runs, before a runtime whose calls are seen. */
export interface RunningAgent {
  readonly name: AgentContestant["name"];
  readonly proxy: CriProxy;
  memory(): ProcessMemory;
  /** Processor time so far, in all of its threads. */
  processorMs(): number;
  stop(): Promise<void>;
}

const tickMs = 10;

/** Starts it; throws with what it said where it ends by itself. */
export async function startAgent(
  contestant: AgentContestant,
  options: {
    readonly kubeconfig: string;
    readonly metrics: string;
    readonly syncPeriod: string;
    readonly socket: string;
    readonly upstream: string;
  },
): Promise<RunningAgent> {
  const proxy = await startCriProxy(options.socket, options.upstream);
  const [program, ...args] = contestant.command(options);
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...contestant.environment(options.socket) };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = keepEnd(child);
  const pid = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) return child.pid;
    throw new Error(`${contestant.name} ended: ${printable(said(), 2000)}`);
  };
  return {
    name: contestant.name,
    proxy,
    memory() {
      const memory = readProcessMemory(pid());
      if (memory === undefined) throw new Error(`${contestant.name} has ended`);
      return memory;
    },
    processorMs: () => readProcessorMs(pid()),
    async stop() {
      const closed = once(child, "close");
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await closed;
      }
      await proxy.close();
    },
  };
}

function keepEnd(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-2000);
    });
  }
  return () => text;
}

// Fields 14 and 15 of /proc/PID/stat; the name before them may hold blanks, but ends with the last bracket.
function readProcessorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
