import { createHelm, holdChart, valuesArgument } from "./helm.ts";
import { labImageParts } from "./helm-values.ts";
import type { HoldImage } from "./hold-images.ts";
import { imagesVariable, ownerName } from "./hold-owner.ts";
import { waitUntilSettled } from "./hold-pods.ts";
import { createNamespace, removeNamespace } from "./instance.ts";
import { kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";
import { createWorkspace } from "./workspace.ts";

/** What a test gives to the chart. */
export interface HoldValues {
  readonly images: readonly HoldImage[];
  readonly pullSecrets?: readonly string[];
  readonly intervalHours?: string;
  readonly replicas?: number;
  readonly mode?: "volumes" | "containers" | "auto";
  readonly maxNodes?: string;
  /** `ADDRESS:PORT` of registries without TLS. */
  readonly plainHttpRegistries: readonly string[];
  /** Of the controller's Deployment: another value is an upgrade. */
  readonly memoryLimit?: string;
}

/** `prestow hold` as the chart installs it, in a namespace of its own. */
export interface Hold {
  readonly namespace: string;
  /** Upgrades the release to other values, and waits for the controller's rollout. */
  upgrade(values: HoldValues): Promise<void>;
  /** Resolves when the controller's Deployment is as it should be. */
  rollout(): Promise<void>;
  /** Waits until every node holds these references and nothing is left to do; says what the controller says if not. */
  settled(references: readonly string[], timeoutMs?: number): Promise<void>;
  /** What the status ConfigMap says. */
  status(): Promise<HoldStatus>;
  /** Uninstalls the release. */
  uninstall(): Promise<void>;
  /** The same where it was not yet, and deletes the namespace. */
  remove(): Promise<void>;
}

/** Of what the status ConfigMap says, what tests look at. */
export interface HoldStatus {
  readonly summary: string;
  readonly images: readonly {
    readonly name: string;
    readonly image: string;
    readonly phase: string;
    readonly readyNodes: number;
    readonly failure?: { readonly kind: string; readonly message: string };
  }[];
}

function createValues(values: HoldValues): object {
  const { images, pullSecrets = [], intervalHours = "1", plainHttpRegistries, memoryLimit } = values;
  return {
    deploymentName: ownerName,
    image: labImageParts(),
    serviceAccount: { name: ownerName },
    replicas: values.replicas ?? 1,
    mode: values.mode ?? "volumes",
    maxNodes: values.maxNodes ?? "100%",
    env: [{ name: "PLAIN_HTTP_REGISTRIES", value: plainHttpRegistries.join(",") }],
    configMap: {
      name: ownerName,
      images: imagesVariable(images),
      cachingIntervalHours: intervalHours,
      imagePullSecrets: pullSecrets.join(";"),
    },
    ...(memoryLimit !== undefined && { resources: { limits: { memory: memoryLimit } } }),
  };
}

async function readLogs(namespace: string): Promise<string> {
  const pods = ["--selector", `app=${ownerName}`, "--namespace", namespace] as const;
  return `${await kubectl("get", "pods", "--output=wide", "--namespace", namespace)}${await kubectl("logs", "--tail=60", ...pods)}`;
}

/** Creates a namespace, prepares it, and installs the chart in it. */
export async function installHold(
  namespace: string,
  values: HoldValues,
  prepare: () => Promise<void> = async () => {},
): Promise<Hold> {
  const workspace = createWorkspace();
  const inNamespace = ["--namespace", namespace] as const;
  const helm = await createHelm(workspace);
  await createNamespace(namespace);
  await prepare();
  const hold: Hold = {
    namespace,
    async upgrade(next) {
      const file = valuesArgument(workspace, createValues(next));
      await helm("upgrade", "--install", ownerName, holdChart, file, ...inNamespace);
      await hold.rollout();
    },
    async rollout() {
      const what = ["rollout", "status", `deployment/${ownerName}`, "--timeout=120s"] as const;
      try {
        await kubectl(...what, ...inNamespace);
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${await readLogs(namespace)}`);
      }
    },
    async settled(references, timeoutMs) {
      try {
        await waitUntilSettled(namespace, references, timeoutMs);
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${await readLogs(namespace)}`);
      }
    },
    async status() {
      const what = ["configmap", `${ownerName}-status`, ...inNamespace] as const;
      const { data } = await readObject<{ data: Record<string, string> }>(...what);
      return { summary: data["summary"] ?? "", images: JSON.parse(data["status.json"] ?? "{}").images };
    },
    async uninstall() {
      await helm("uninstall", ownerName, "--ignore-not-found", "--wait", "--timeout=90s", ...inNamespace);
    },
    async remove() {
      await hold.uninstall();
      await removeNamespace(namespace);
      workspace.remove();
    },
  };
  await hold.upgrade(values);
  return hold;
}
