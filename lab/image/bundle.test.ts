import assert from "node:assert/strict";
import { test } from "node:test";
import { buildBundles, bundleNames } from "./bundle.ts";

test("the agent's bundle has what the agent runs, and nothing of the other subcommands", async () => {
  const bundles = await buildBundles();
  assert.deepEqual([...bundles.keys()], bundleNames);
  const [all = "", agent = ""] = bundleNames.map((name) => bundles.get(name)?.toString("utf8"));
  for (const word of ["/agones.dev/", "/readyz", "prestow.dev/pinned-by"])
    assert.ok(agent.includes(word), word);
  for (const word of ["ValidatingAdmissionPolicy", "max-entries", "allow-failures"]) {
    assert.ok(all.includes(word), word);
    assert.ok(!agent.includes(word), word);
  }
});
