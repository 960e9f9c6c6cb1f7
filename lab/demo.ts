import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ConfigError } from "../src/lib/config-error.ts";
import { runDemo } from "./demo-run.ts";
import { runEntry } from "./entry.ts";
import { withLock } from "./lock.ts";
import { cacheFolder, labLockFile } from "./paths.ts";
import { decideRequirements, readMachine } from "./requirements.ts";

// A lab of its own, so that one that runs already is not touched.
const folder = join(resolve(tmpdir()), `prestow-demo-${process.getuid?.() ?? 0}`);
const cache = cacheFolder(process.env);

await runEntry("demo", async (signal) => {
  const obstacle = decideRequirements(await readMachine(process.env));
  if (obstacle !== undefined) throw new ConfigError(obstacle);
  const keep = !["", "0", undefined].includes(process.env["KEEP"]);
  await withLock(labLockFile(cache, folder), () =>
    runDemo(
      { folder, cache, keep, environment: process.env, write: (text) => process.stdout.write(text) },
      signal,
    ),
  );
  return 0;
});
