import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";

/** What a state file turned out to be; of a cut one all but the last line was taken. */
export type StateFileCondition =
  | { readonly condition: "missing" | "whole" | "cut" }
  | { readonly condition: "broken"; readonly reason: string };

/**
 * Gives every line to `take`, which throws on what it cannot read. Only the end of a file may be unreadable:
 * that is a process that died while it wrote. Throws the system's error where the file cannot be read.
 */
export async function readStateFile(
  path: string,
  maxBytes: number,
  take: (line: string) => void,
): Promise<StateFileCondition> {
  const sizeBytes = await readSize(path);
  if (sizeBytes === undefined) return { condition: "missing" };
  if (sizeBytes > maxBytes) return broken(`it is larger than ${maxBytes} bytes`);
  let lines = 0;
  let fault: string | undefined;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: 0 })) {
    if (fault !== undefined) return broken(fault);
    lines += 1;
    fault = faultOf(line, take);
  }
  if (fault === undefined) return { condition: "whole" };
  return lines === 1 ? broken(`line ${lines}: ${fault}`) : { condition: "cut" };

  function broken(reason: string): StateFileCondition {
    return { condition: "broken", reason };
  }
}

function faultOf(line: string, take: (line: string) => void): string | undefined {
  try {
    take(line);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function readSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
