import { appendFile, open, rename } from "node:fs/promises";
import type { Logger } from "../../lib/log.ts";
import { encodeBlocks } from "./encode-blocks.ts";

/** The file that a restart reads: one result a line, a later line replaces an earlier one. */
export interface StateFile {
  append(line: string): void;
  /** Resolves when all lines so far are in the file, or could not be written, which has been said then. */
  saved(): Promise<void>;
  /** As `saved`, after one more attempt to write what could not be written. */
  flush(): Promise<void>;
}

export interface StateFileOptions {
  readonly path: string;
  /** All lines that count. */
  readonly lines: () => readonly string[];
  readonly log: Logger;
}

const smallBytes = 1024 * 1024;
const maxPendingLength = 1024 * 1024;

/**
 * Appends in rounds: what arrives during one goes with the next. A file that has doubled since it was last
 * written anew is written anew, and so is one after an error: it may end inside a line.
 */
export function createStateFile({ path, lines, log }: StateFileOptions): StateFile {
  let pending: string[] = [];
  let pendingLength = 0;
  let anew = true;
  let sizeBytes = 0;
  let maxBytes = 0;
  let failing = false;
  let newestRound: Promise<void> = Promise.resolve();
  let roundWaits = false;

  const writeAnew = async () => {
    anew = false;
    sizeBytes = await replaceFile(path, lines());
    maxBytes = Math.max(smallBytes, 2 * sizeBytes);
  };
  const append = async (text: string) => {
    await appendFile(path, text);
    sizeBytes += Buffer.byteLength(text);
    if (sizeBytes > maxBytes) anew = true;
  };
  const write = async () => {
    const text = pending.join("");
    pending = [];
    pendingLength = 0;
    if (anew) await writeAnew();
    else if (text !== "") await append(text);
  };
  const runRound = async () => {
    roundWaits = false;
    try {
      await write();
      if (failing) log.info("the state file is written again", { path });
      failing = false;
    } catch (error) {
      anew = true;
      if (!failing)
        log.warn("the state file cannot be written; a restart would lose results", { path, error });
      failing = true;
    }
  };
  const schedule = (): Promise<void> => {
    if (!roundWaits) newestRound = newestRound.then(runRound);
    roundWaits = true;
    return newestRound;
  };

  return {
    append(line) {
      pendingLength += line.length;
      // A disk that does not keep up must not fill the memory: what is pending is among `lines` anyway.
      if (pendingLength > maxPendingLength) anew = true;
      if (anew) pending = [];
      else pending.push(`${line}\n`);
      schedule();
    },
    saved: () => newestRound,
    flush: schedule,
  };
}

/** Writes beside the file and moves over it, so that there always is a whole one. Gives its size. */
async function replaceFile(path: string, lines: readonly string[]): Promise<number> {
  const beside = `${path}.new`;
  const file = await open(beside, "w", 0o600);
  let sizeBytes = 0;
  try {
    for (const block of encodeBlocks(withLineBreaks(lines))) {
      await file.appendFile(block);
      sizeBytes += block.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  return sizeBytes;
}

function* withLineBreaks(lines: readonly string[]): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
