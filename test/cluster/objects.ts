import { kubectl } from "./lab.ts";
import { createWorkspace } from "./workspace.ts";

async function withFile<T>(objects: readonly object[], work: (file: string) => Promise<T>): Promise<T> {
  const workspace = createWorkspace();
  try {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    return await work(workspace.write("objects.json", JSON.stringify(list)));
  } finally {
    workspace.remove();
  }
}

/** Applies objects; every field of them has to be one that there is. */
export async function applyObjects(...objects: readonly object[]): Promise<void> {
  await withFile(objects, (file) => kubectl("apply", "--validate=strict", "--filename", file));
}

/** Deletes objects and waits until they are gone; it is no error where they are. */
export async function deleteObjects(...objects: readonly object[]): Promise<void> {
  await withFile(objects, (file) => kubectl("delete", "--ignore-not-found", "--filename", file));
}

/** An object as the API server has it, for the caller to know its shape. */
export async function readObject<T>(...what: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl("get", ...what, "--output=json"));
}
