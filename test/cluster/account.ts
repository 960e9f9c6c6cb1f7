import { runCommand } from "../../lab/run-command.ts";
import { kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";
import type { Workspace } from "./workspace.ts";

/** A ServiceAccount, and what its token is bound to. */
export interface AccountToken {
  readonly namespace: string;
  readonly account: string;
  readonly bound?: {
    readonly kind: "Pod" | "Secret";
    readonly name: string;
    readonly uid: string;
  };
}

/** A token of a ServiceAccount, as the kubelet would get it. It ends with what it is bound to. */
export async function createToken({ namespace, account, bound }: AccountToken): Promise<string> {
  const binding = bound && [
    `--bound-object-kind=${bound.kind}`,
    `--bound-object-name=${bound.name}`,
    `--bound-object-uid=${bound.uid}`,
  ];
  return (await kubectl("create", "token", account, "--namespace", namespace, ...(binding ?? []))).trim();
}

interface Cluster {
  readonly server: string;
  readonly "certificate-authority-data": string;
}

async function readCluster(): Promise<Cluster> {
  const config = JSON.parse(await kubectl("config", "view", "--raw", "--minify", "--output=json"));
  return config.clusters[0].cluster;
}

/** A kubeconfig whose token is read from a file; resolves to its path. */
export async function writeTokenKubeconfig(workspace: Workspace, tokenFile: string): Promise<string> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: await readCluster() }],
    users: [{ name: "account", user: { tokenFile } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "account" } }],
    "current-context": "lab",
  };
  return workspace.write("kubeconfig.json", JSON.stringify(config));
}

/** Calls kubectl as the one whose token it is, and as nobody else. */
export async function createTokenKubectl(
  workspace: Workspace,
): Promise<(token: string, ...args: readonly string[]) => Promise<string>> {
  const { server, "certificate-authority-data": authority } = await readCluster();
  const file = workspace.write("ca.crt", Buffer.from(authority, "base64").toString());
  const access = ["--kubeconfig=/dev/null", `--server=${server}`, `--certificate-authority=${file}`];
  return (token, ...args) => runCommand(["kubectl", ...access, "--token", token, ...args]);
}

/** The uid of an object. */
export async function readUid(...what: readonly string[]): Promise<string> {
  return (await readObject<{ metadata: { uid: string } }>(...what)).metadata.uid;
}
