import { readLabPlaces, runEntry } from "./entry.ts";
import { withLock } from "./lock.ts";
import { stopLab } from "./stop.ts";

await runEntry("down", async () => {
  if (process.argv.length > 2) {
    process.stderr.write(
      "Usage: lab/down\nStops what lab/up started and removes what it left. It takes no arguments.\n",
    );
    return 2;
  }
  const { folder, lockFile } = readLabPlaces();
  const stopped = await withLock(lockFile, () => stopLab(folder));
  process.stdout.write(stopped ? `The lab is down; ${folder} is removed.\n` : "The lab is not up.\n");
  return 0;
});
