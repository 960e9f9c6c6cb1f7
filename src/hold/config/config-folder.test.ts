import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/keep/temporary-folder.ts";
import { readConfigFolder } from "./config-folder.ts";

/** As the kubelet: a new folder, the link swapped, the old folder gone. */
async function swap(folder: string, version: number): Promise<void> {
  await mkdir(join(folder, `..${version}`));
  for (const name of ["IMAGES", "MODE", "PRIORITY_CLASS_NAME"]) {
    await writeFile(join(folder, `..${version}`, name), String(version));
  }
  await symlink(`..${version}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  await rm(join(folder, `..${version - 1}`), { recursive: true, force: true });
}

test("a ConfigMap that is swapped while it is read is read whole", async (context) => {
  const folder = await temporaryFolder(context);
  await swap(folder, 1);
  for (let version = 2; version < 200; version += 1) {
    const [variables] = await Promise.all([readConfigFolder(folder), swap(folder, version)]);
    assert.deepEqual([...variables.keys()].toSorted(), ["IMAGES", "MODE", "PRIORITY_CLASS_NAME"]);
    assert.equal(new Set(variables.values()).size, 1);
  }
});
