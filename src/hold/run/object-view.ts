import type { JsonRecord } from "../../lib/record.ts";
import { recordAt, recordsAt, textAt } from "../../sources/json-parts.ts";

/** What is needed of the Deployment that owns everything that is held. */
export interface DeploymentView {
  readonly uid: string;
  readonly deleting: boolean;
  readonly replicas: number;
  /** Of the container that runs this program, as far as can be told. */
  readonly image: string | undefined;
}

/** Reads the Deployment as the API server tells of it; undefined for what is none. */
export function parseDeploymentView(object: unknown): DeploymentView | undefined {
  const metadata = recordAt(object, "metadata");
  const spec = recordAt(object, "spec");
  const uid = textAt(metadata, "uid");
  if (uid === undefined) return undefined;
  return {
    uid,
    deleting: textAt(metadata, "deletionTimestamp") !== undefined,
    replicas: typeof spec["replicas"] === "number" ? spec["replicas"] : 1,
    image: findOwnImage(recordAt(recordAt(spec, "template"), "spec"), metadata["name"]),
  };
}

// Beside it there may be what others put into every pod: the chart's container has the name of its Deployment.
function findOwnImage(podSpec: JsonRecord, name: unknown): string | undefined {
  const containers = recordsAt(podSpec, "containers");
  const own = containers.find((container) => container["name"] === name) ?? containers[0];
  return textAt(own, "image");
}
