import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { readBoundedBytes } from "../../lib/bounded-file.ts";
import { isRecord } from "../../lib/record.ts";
import type { RecordedPull } from "../../plan/prune-rules.ts";

/** What this agent pulled, by normalized name. */
export type RecordedPulls = Map<string, RecordedPull>;

/** Reads the record; undefined where there is no file. Throws what is wrong with it. */
export async function readRecordFile(path: string): Promise<RecordedPulls | undefined> {
  const bytes = await readBoundedBytes(path).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (bytes === null) return undefined;
  if (bytes === undefined) throw new Error("it is larger than any record that was written");
  return parseRecord(bytes.toString("utf8"));
}

/** Writes beside the file and moves over it, so that there always is a whole one. Throws the system's error. */
export async function writeRecordFile(path: string, pulls: ReadonlyMap<string, RecordedPull>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const file = await open(beside, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, images: Object.fromEntries(pulls) })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

// One strange entry makes the whole strange: what is removed by it cannot be brought back.
function parseRecord(text: string): RecordedPulls {
  const record: unknown = JSON.parse(text);
  if (!isRecord(record)) throw new Error("it holds no JSON object");
  const { version, images } = record;
  if (version !== 1) throw new Error("its version is not 1");
  if (!isRecord(images)) throw new Error("it has no images");
  const pulls: RecordedPulls = new Map();
  for (const [name, entry] of Object.entries(images)) {
    if (!isRecord(entry)) throw new Error("an image in it is no JSON object");
    const { imageId, pulledAt } = entry;
    if (typeof imageId !== "string" || imageId === "" || typeof pulledAt !== "string") {
      throw new Error("an image in it has no imageId or no pulledAt");
    }
    pulls.set(name, { imageId, pulledAt });
  }
  return pulls;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
