import { parseArgs } from "node:util";
import { ConfigError } from "../src/lib/config-error.ts";
import { mostNodes } from "./cluster/network.ts";
import { type ContainerdKind, containerdKinds } from "./install/tools.ts";
import type { Environment } from "./paths.ts";

export const upHelp = `Usage: lab/up [--cluster [--nodes N]] [--containerd cached|debian|path] [--image-bytes N]

Starts a private containerd and two registries with images in them, on loopback, and leaves them running.

  --containerd KIND   cached: built from Go modules; debian: Debian's, unpacked; path: the one on PATH.
                      Without it: one built earlier, else the one on PATH, else Debian's.
  --cluster           a whole Kubernetes cluster too, all of it in network namespaces of its own
  --nodes N           of that many nodes, 1 to ${mostNodes}; 2 without it
  --image-bytes N     the size of each of the twelve images (PRESTOW_LAB_IMAGE_BYTES; 21000000)

PRESTOW_LAB_BIN names a folder of ready programs, PRESTOW_CACHE where others are installed,
PRESTOW_LAB_STATE the folder of the running lab.
`;

export type UpOptions =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly containerd?: ContainerdKind;
      readonly imageBytes: number;
      /** How many nodes the cluster has; absent for a lab without one. */
      readonly nodes?: number;
    };

function parseKind(text: string): ContainerdKind {
  const kind = containerdKinds.find((kind) => kind === text);
  if (kind !== undefined) return kind;
  throw new ConfigError(
    `--containerd ${JSON.stringify(text)}: no such kind; use one of ${containerdKinds.join(", ")}`,
  );
}

function parseImageBytes(text: string, where: string): number {
  const bytes = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (bytes >= 4_096 && bytes <= 1_000_000_000) return bytes;
  throw new ConfigError(
    `${where} ${JSON.stringify(text)}: a size in bytes from 4096 to 1000000000 is needed`,
  );
}

function parseNodes(text: string): number {
  const nodes = /^\d$/.test(text) ? Number(text) : 0;
  if (nodes >= 1 && nodes <= mostNodes) return nodes;
  throw new ConfigError(`--nodes ${JSON.stringify(text)}: a number from 1 to ${mostNodes} is needed`);
}

function parseCluster(cluster: boolean, nodes: string | undefined): { nodes?: number } {
  if (cluster) return { nodes: parseNodes(nodes ?? "2") };
  if (nodes === undefined) return {};
  throw new ConfigError("--nodes: only a cluster has nodes; give --cluster as well");
}

function parseFlags(args: readonly string[]) {
  const string = { type: "string" } as const;
  const options = {
    containerd: string,
    cluster: { type: "boolean" },
    nodes: string,
    "image-bytes": string,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(
      `${error instanceof Error ? error.message : error} (lab/up --help lists the flags)`,
    );
  }
}

/** What `lab/up` is asked for. Throws a `ConfigError` that names the flag or variable. */
export function parseUpOptions(args: readonly string[], environment: Environment): UpOptions {
  const { cluster = false, containerd, help, nodes, "image-bytes": bytes } = parseFlags(args);
  if (help) return { help };
  const imageBytes =
    bytes === undefined
      ? parseImageBytes(environment["PRESTOW_LAB_IMAGE_BYTES"] || "21000000", "PRESTOW_LAB_IMAGE_BYTES")
      : parseImageBytes(bytes, "--image-bytes");
  return {
    help: false,
    imageBytes,
    ...parseCluster(cluster, nodes),
    ...(containerd === undefined ? {} : { containerd: parseKind(containerd) }),
  };
}
