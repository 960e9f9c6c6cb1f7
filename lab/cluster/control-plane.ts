import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { programEnvironment } from "../containerd-program.ts";
import type { ProcessIdentity } from "../process.ts";
import { runCommand } from "../run-command.ts";
import { dnsUser, renderAddons } from "./addons.ts";
import { createAuthority, issueCertificate, readKubeconfig, type Subject } from "./certificates.ts";
import {
  apiServerAltNames,
  apiServerCommand,
  type ControlPlanePaths,
  controllerManagerCommand,
  dnsCommand,
  etcdCommand,
  renderCorefile,
  schedulerCommand,
} from "./control-plane-commands.ts";
import { enterCommand } from "./enter.ts";
import type { Holder } from "./hub.ts";
import { apiServerUrl } from "./network.ts";
import { startPart, waitUntil } from "./part.ts";

/** What a control plane is started with. */
export interface ControlPlaneOptions {
  /** The lab's folder. */
  readonly folder: string;
  readonly hub: Holder;
  readonly kubernetes: string;
  readonly etcd: string;
  readonly signal?: AbortSignal;
}

/** Runs kubectl; resolves to what it prints. */
export type Kubectl = (...args: string[]) => Promise<string>;

const clients: Readonly<Record<string, Subject>> = {
  admin: { commonName: "lab-admin", organization: "system:masters" },
  "kube-controller-manager": { commonName: "system:kube-controller-manager" },
  "kube-scheduler": { commonName: "system:kube-scheduler" },
  "kube-proxy": { commonName: "system:kube-proxy" },
  coredns: { commonName: dnsUser },
};

/** Where the folder of keys and certificates is in a lab's folder. */
export function pkiFolder(folder: string): string {
  return join(folder, "pki");
}

/** Where the kubeconfig of one of the clients is in a lab's folder. */
export function kubeconfigFile(folder: string, client: string): string {
  return join(pkiFolder(folder), `${client}.kubeconfig`);
}

/** Issues a client's certificate and writes its kubeconfig. */
export async function writeKubeconfig(folder: string, client: string, subject: Subject): Promise<string> {
  const pki = pkiFolder(folder);
  await issueCertificate(pki, client, subject);
  const text = await readKubeconfig(pki, client, apiServerUrl);
  await writeFile(kubeconfigFile(folder, client), text, { mode: 0o600 });
  return text;
}

function pathsOf(options: ControlPlaneOptions): ControlPlanePaths {
  const { folder, kubernetes, etcd } = options;
  return { kubernetes, etcd, folder: join(folder, "control-plane"), pki: pkiFolder(folder) };
}

async function start(
  options: ControlPlaneOptions,
  name: string,
  command: [string, ...string[]],
): Promise<ProcessIdentity> {
  return startPart(options.folder, name, {
    command,
    enter: enterCommand({ pid: options.hub.pid, kinds: ["net"] }),
    environment: programEnvironment(options.kubernetes),
    logFile: join(options.folder, "control-plane", `${name}.log`),
  });
}

/** kubectl as the administrator, in the hub. */
export function createKubectl(
  options: Pick<ControlPlaneOptions, "folder" | "hub" | "kubernetes" | "signal">,
): Kubectl {
  const { folder, hub, kubernetes, signal } = options;
  const enter = enterCommand({ pid: hub.pid, kinds: ["net"] });
  const kubectl = [join(kubernetes, "kubectl"), "--kubeconfig", kubeconfigFile(folder, "admin")];
  const environment = { ...programEnvironment(kubernetes), HOME: join(folder, "control-plane") };
  return (...args) => {
    return runCommand([...enter, ...kubectl, ...args], { environment, ...(signal ? { signal } : {}) });
  };
}

async function startApiServer(options: ControlPlaneOptions, kubectl: Kubectl): Promise<void> {
  const paths = pathsOf(options);
  const server = await issueCertificate(paths.pki, "kube-apiserver", {
    commonName: "kube-apiserver",
    altNames: apiServerAltNames,
  });
  const client = { commonName: "kube-apiserver-kubelet-client", organization: "system:masters" };
  const files = await issueCertificate(paths.pki, client.commonName, client);
  const process = await start(options, "kube-apiserver", apiServerCommand(paths, server, files));
  const logFile = join(paths.folder, "kube-apiserver.log");
  const wait = { what: "serving API server", process, logFile, timeoutMs: 60_000 };
  await waitUntil({ ...wait, ...(options.signal ? { signal: options.signal } : {}) }, () =>
    kubectl("get", "--raw=/readyz").then(
      () => true,
      () => false,
    ),
  );
}

/**
 * Starts etcd, the API server, the controllers, the scheduler and CoreDNS in the hub, and resolves when the API server
 * is ready and the others are started; to the administrator's kubectl.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<Kubectl> {
  const { folder } = options;
  const paths = pathsOf(options);
  const kubectl = createKubectl(options);
  await mkdir(paths.folder, { recursive: true, mode: 0o700 });
  await createAuthority(paths.pki);
  await start(options, "etcd", etcdCommand(paths));
  for (const [client, subject] of Object.entries(clients)) await writeKubeconfig(folder, client, subject);
  await startApiServer(options, kubectl);
  await writeFile(join(paths.folder, "Corefile"), renderCorefile(kubeconfigFile(folder, "coredns")));
  await writeFile(join(paths.folder, "addons.json"), renderAddons());
  const others = {
    "kube-controller-manager": controllerManagerCommand(
      paths,
      kubeconfigFile(folder, "kube-controller-manager"),
    ),
    "kube-scheduler": schedulerCommand(paths, kubeconfigFile(folder, "kube-scheduler")),
    coredns: dnsCommand(paths),
  };
  for (const [name, command] of Object.entries(others)) await start(options, name, command);
  await kubectl("apply", "--filename", join(paths.folder, "addons.json"));
  return kubectl;
}
