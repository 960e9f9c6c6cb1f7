import { kubectl } from "../../test/cluster/lab.ts";
import { createWorkspace } from "../../test/cluster/workspace.ts";

/** A Fleet with one game server container, and with more images in init containers. */
export function createFleet(name: string, images: readonly string[]): object {
  const [first, ...rest] = images;
  return {
    apiVersion: "agones.dev/v1",
    kind: "Fleet",
    metadata: { name, namespace: "default" },
    spec: {
      replicas: 0,
      template: {
        spec: {
          ports: [{ name: "default", containerPort: 7654 }],
          template: {
            spec: {
              initContainers: rest.map((image, index) => ({ name: `init${index}`, image })),
              containers: [{ name: "game", image: first }],
            },
          },
        },
      },
    },
  };
}

/** Deletes every Fleet, so that the next figure begins with none. */
export async function deleteFleets(): Promise<void> {
  await kubectl("delete", "fleets.agones.dev", "--all", "--namespace", "default", "--wait=true");
}

/** Where the API server has all Fleets. */
export const fleetsPath = "/apis/agones.dev/v1/fleets";

/** Creates or changes Fleets. */
export async function applyFleets(fleets: readonly object[]): Promise<void> {
  const workspace = createWorkspace();
  try {
    const list = { apiVersion: "v1", kind: "List", items: fleets };
    await kubectl("apply", "--filename", workspace.write("fleets.json", JSON.stringify(list)));
  } finally {
    workspace.remove();
  }
}
