import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createNamespace, removeNamespace } from "./instance.ts";
import { kubectl } from "./lab.ts";
import { createWorkspace } from "./workspace.ts";

const namespace = "dry-run-test";
const folder = join(import.meta.dirname, "../../src/manifests/testdata");
const workspace = createWorkspace();

before(() => createNamespace(namespace));
after(async () => {
  await removeNamespace(namespace);
  workspace.remove();
});

/** Has the API server judge a manifest; only its namespace is changed, to one that there is. */
function judge(text: string): Promise<string> {
  const file = workspace.write("manifest.yaml", text.replaceAll("prefetch-images", namespace));
  const how = ["--dry-run=server", "--validate=strict", "--namespace", namespace, "--filename", file];
  return kubectl("apply", ...how);
}

for (const name of readdirSync(folder)) {
  test(`the API server takes the manifest of ${name}, every field of it`, async () => {
    const text = readFileSync(join(folder, name), "utf8");
    const objects = text.split(/^---$/m).filter((part) => part.trim() !== "").length;
    assert.equal((await judge(text)).trim().split("\n").length, objects);
  });
}

test("the API server would refuse a manifest with a field that there is not", async () => {
  const text = readFileSync(join(folder, "vanilla.yaml"), "utf8");
  const misspelt = text.replace("volumeMounts:", "volumeMount:");
  await assert.rejects(
    judge(misspelt),
    /unknown field "spec\.template\.spec\.initContainers\[0\]\.volumeMount"/,
  );
});
