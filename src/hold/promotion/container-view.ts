import { isRecord, type JsonRecord } from "../../lib/record.ts";
import { recordOf, recordsOf, textOf } from "./json-field.ts";

/** What decisions need of a container. */
export interface ContainerView {
  readonly name: string;
  /** As its spec names it. */
  readonly image: string;
  /** The references of the image volumes that it mounts. */
  readonly volumeImages: readonly string[];
  /** `unknown`: the kubelet has said nothing yet. */
  readonly state: "waiting" | "running" | "terminated" | "unknown";
  /** Of waiting and terminated: `ErrImagePull`, `StartError`. */
  readonly reason: string | undefined;
  readonly message: string;
  /** Of the run that ended last, this one's or the one before it. */
  readonly exitCode: number | undefined;
  /** Why that run ended: `OOMKilled`. */
  readonly exitReason: string | undefined;
  /** It has run, now or before. */
  readonly started: boolean;
  readonly ready: boolean;
}

const fields = {
  init: { spec: "initContainers", status: "initContainerStatuses" },
  main: { spec: "containers", status: "containerStatuses" },
} as const;

/** The containers of a pod's spec with what its status says of them. */
export function parseContainerViews(
  spec: JsonRecord,
  status: JsonRecord,
  kind: keyof typeof fields,
): ContainerView[] {
  const statuses = new Map(recordsOf(status[fields[kind].status]).map((entry) => [entry["name"], entry]));
  const volumes = new Map(recordsOf(spec["volumes"]).map((volume) => [volume["name"], volume]));
  return recordsOf(spec[fields[kind].spec]).map((container) => {
    return {
      name: textOf(container["name"]) ?? "",
      image: textOf(container["image"]) ?? "",
      volumeImages: listVolumeImages(container, volumes),
      ...parseState(statuses.get(container["name"]) ?? {}),
    };
  });
}

function listVolumeImages(container: JsonRecord, volumes: ReadonlyMap<unknown, JsonRecord>): string[] {
  return recordsOf(container["volumeMounts"]).flatMap((mount) => {
    const image = volumes.get(mount["name"])?.["image"];
    return (isRecord(image) ? textOf(image["reference"]) : undefined) ?? [];
  });
}

function parseState(status: JsonRecord): Omit<ContainerView, "name" | "image" | "volumeImages"> {
  const all = recordOf(status["state"]);
  const state = (["running", "terminated", "waiting"] as const).find((name) => isRecord(all[name]));
  const detail = recordOf(state === undefined ? undefined : all[state]);
  const last = recordOf(recordOf(status["lastState"])["terminated"]);
  const ended = state === "terminated" ? detail : last;
  const { exitCode } = ended;
  return {
    state: state ?? "unknown",
    reason: textOf(detail["reason"]),
    message: textOf(detail["message"]) ?? "",
    exitCode: typeof exitCode === "number" ? exitCode : undefined,
    exitReason: textOf(ended["reason"]),
    started: state === "running" || hasRun(ended),
    ready: status["ready"] === true,
  };
}

// The kubelet writes an end also for what never began; then there is no time of a beginning.
function hasRun(ended: JsonRecord): boolean {
  const { startedAt, reason } = ended;
  if (reason === "StartError" || reason === "ContainerCannotRun") return false;
  return typeof startedAt === "string" && Date.parse(startedAt) > 0;
}
