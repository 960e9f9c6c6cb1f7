import { spawn } from "node:child_process";
import { once } from "node:events";
import { findProgramFolder } from "../lab/install/which.ts";
import type { Environment } from "../lab/paths.ts";
import { runCommand } from "../lab/run-command.ts";

const neededPrograms = ["unshare", "ip", "tc"];

/** Why there can be no network of our own here; undefined where there can. */
export async function readNetworkObstacle(environment: Environment): Promise<string | undefined> {
  const missing = neededPrograms.filter((program) => findProgramFolder(program, environment) === undefined);
  if (missing.length > 0) return `needs ${missing.join(", ")} (Debian: util-linux, iproute2)`;
  return await runCommand(["unshare", "--net", "true"]).then(
    () => undefined,
    () => "needs root (CAP_SYS_ADMIN), for a network namespace",
  );
}

/**
 * Runs a program in a network namespace with nothing but a loopback, and resolves to its exit status. The namespace has
 * no name, so it is gone with the last process in it, however that ends.
 */
export async function runInOwnNetwork(command: readonly string[], signal: AbortSignal): Promise<number> {
  const script = 'ip link set lo up && exec "$@"';
  const child = spawn("unshare", ["--net", "--", "sh", "-c", script, "sh", ...command], { stdio: "inherit" });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const [code]: unknown[] = await once(child, "close");
  signal.removeEventListener("abort", stop);
  return typeof code === "number" ? code : 1;
}

/**
 * Makes the loopback of this network namespace a link of so many Mbit/s (both directions together, of which the
 * requests are next to nothing). Resolves to what makes it fast again.
 */
export async function limitLoopback(mbitPerSecond: number): Promise<() => Promise<void>> {
  const rate = `${mbitPerSecond}mbit`;
  // A burst holds some of the loopback's packets of 64 KiB; the queue is what a switch port might have.
  const shape = ["root", "tbf", "rate", rate, "burst", "256kb", "latency", "50ms"];
  await runCommand(["tc", "qdisc", "add", "dev", "lo", ...shape]);
  return async () => {
    await runCommand(["tc", "qdisc", "del", "dev", "lo", "root"]);
  };
}
