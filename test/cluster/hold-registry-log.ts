import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labNodes } from "./lab.ts";

/** What the lab's registry has logged since a moment. */
export interface RegistryLog {
  /** How often blobs of a repository were asked for. */
  countBlobRequests(repository: string): number;
}

/** The log of the lab's registry from now on. */
export function readRegistryLog(): RegistryLog {
  const [node] = labNodes();
  if (node === undefined) throw new Error("the lab has no node");
  const file = join(node.root, "../../registry/registry.log");
  const before = readFileSync(file).length;
  return {
    countBlobRequests(repository) {
      const lines = readFileSync(file).subarray(before).toString().split("\n");
      const done = lines.filter((line) => line.includes('msg="response completed"'));
      const asked = done.filter((line) => line.includes("http.request.method=GET"));
      return asked.filter((line) => line.includes(`/v2/${repository}/blobs/sha256:`)).length;
    },
  };
}
