import { eventually, kubectl, runLab } from "./lab.ts";

const name = "kube-apiserver";

async function start(): Promise<void> {
  await runLab("part", "start", name);
  await eventually(() => kubectl("get", "--raw=/readyz"), 60_000);
}

/** Ends the API server, and has it back, ready, when the work is over. */
export async function withoutApiServer(work: () => Promise<void>): Promise<void> {
  await runLab("part", "stop", name);
  try {
    await work();
  } finally {
    await start();
  }
}
