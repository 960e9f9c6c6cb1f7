import { describe } from "node:test";
import { pathToFileURL } from "node:url";

// One suite for each file of the command line, one after another, in this one process: `run-batch.ts` starts it.
for (const file of process.argv.slice(2)) {
  await describe(file, async () => {
    await import(pathToFileURL(file).href);
  });
}
