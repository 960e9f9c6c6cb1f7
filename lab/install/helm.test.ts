import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { installHelm } from "./helm.ts";
import { installKwok } from "./kwok.ts";

const folder = mkdtempSync(join(tmpdir(), "prestow-tools-"));
after(() => rmSync(folder, { recursive: true }));

test("helm and kwok are taken from PRESTOW_LAB_BIN where they are there, and else need Go", async () => {
  writeFileSync(join(folder, "helm"), "#!/bin/sh\n");
  chmodSync(join(folder, "helm"), 0o755);
  const environment = { PATH: "", PRESTOW_LAB_BIN: folder };
  const context = { cache: join(folder, "cache"), environment, say: () => undefined };
  assert.equal(await installHelm(context), join(folder, "helm"));
  await assert.rejects(installKwok(context), /kwok v\S+ is built from Go modules and there is no go on PATH/);
});
