import assert from "node:assert/strict";
import { eventually, kubectl, labNodes } from "./lab.ts";
import { applyObjects, readObject } from "./objects.ts";

/** A pod that has nothing to do with who holds its image. */
export interface ForeignPod {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** Of its namespace. */
  readonly pullSecret?: string;
  /** It is not to start. */
  readonly refused?: boolean;
}

/** What the kubelet said of such a pod. */
export interface ForeignAnswer {
  /** Of its events. */
  readonly reasons: readonly string[];
  /** The message of the event `Pulled`; empty where there is none. */
  readonly pulled: string;
  /** Why its container waits: reason and message; empty where it does not. */
  readonly failed: string;
}

/**
 * Creates a secret of type dockerconfigjson for one repository, with its registry. Not for the registry: the kubelet
 * would use it for public images, too, and verify then that others have it.
 */
export async function createPullSecret(
  namespace: string,
  name: string,
  place: string,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<void> {
  const auths = { [place]: { auth: btoa(`${username}:${password}`) } };
  await applyObjects({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": JSON.stringify({ auths }) },
  });
}

/** Runs a pod on the first node until it is ready, or until it waits for an image that it does not get; then deletes it. */
export async function runForeignPod(pod: ForeignPod): Promise<ForeignAnswer> {
  const { namespace, name, refused = false } = pod;
  const inNamespace = ["--namespace", namespace] as const;
  await applyObjects(createPod(pod));
  try {
    let failed = "";
    if (refused) failed = await waitForRefusal(pod);
    else await kubectl("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s", ...inNamespace);
    return { ...(await readEvents(pod, refused)), failed };
  } finally {
    await kubectl("delete", "pod", name, "--grace-period=0", "--force", ...inNamespace);
  }
}

function createPod({ namespace, name, image, pullSecret }: ForeignPod): object {
  const [node] = labNodes();
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      nodeName: node?.name,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image, imagePullPolicy: "IfNotPresent" }],
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    },
  };
}

interface Pod {
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly state: { readonly waiting?: { readonly reason: string; readonly message?: string } };
    }[];
  };
}

function waitForRefusal({ namespace, name }: ForeignPod): Promise<string> {
  return eventually(async () => {
    const { status } = await readObject<Pod>("pod", name, "--namespace", namespace);
    const { reason, message = "" } = status.containerStatuses?.[0]?.state.waiting ?? { reason: "" };
    assert.match(reason, /Image/);
    return `${reason} ${message}`;
  }, 90_000);
}

async function readEvents({ namespace, name }: ForeignPod, refused: boolean) {
  const what = ["events", "--namespace", namespace, `--field-selector=involvedObject.name=${name}`] as const;
  // Events are written a moment after what they tell of.
  return eventually(async () => {
    const { items } = await readObject<{ items: { reason: string; message: string }[] }>(...what);
    const pulled = items.find(({ reason }) => reason === "Pulled")?.message ?? "";
    assert.ok(refused || pulled !== "", "no event Pulled");
    return { reasons: items.map(({ reason }) => reason), pulled };
  }, 60_000);
}
