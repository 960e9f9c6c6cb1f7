import { createByteCollector } from "./byte-collector.ts";
import { KubeError } from "./errors.ts";

/** Takes a list's bytes as they come. Methods throw a `KubeError` `unknown` for what is no list. */
export interface ListSplitter {
  write(chunk: Buffer): void;
  /** Everything of the list but its items, of which the array holds a 0 each. */
  end(): unknown;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** No object is larger: etcd takes 1.5 MB. */
const maxItemBytes = 8 * 1024 * 1024;
const maxRestBytes = 1024 * 1024;
/** Inside the list's object, and inside the array of its items. */
const listDepth = 1;
const itemsDepth = 2;

/**
 * Cuts the items out of a list's JSON, so that no more than one of them is in memory at a time: a page of 500 fat
 * objects parsed as one would take more than our whole budget. What is left is parsed at the end, so that a list that
 * was cut off or is no JSON never counts as whole.
 */
export function createListSplitter(onItem: (json: Buffer) => void): ListSplitter {
  const item = createByteCollector(maxItemBytes);
  // Latin-1 keeps bytes as they are, also where a chunk ends within a character.
  let rest = "";
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inItems = false;
  let inItem = false;

  const keepRest = (bytes: Buffer) => {
    rest += bytes.toString("latin1");
    if (rest.length > maxRestBytes) throw notList("it has too much beside its items");
  };

  /** Where the bytes begin that are not yet kept, once the bracket at `at` is passed. */
  const open = (chunk: Buffer, start: number, at: number): number => {
    depth += 1;
    if (depth === itemsDepth && chunk[at] === openBracket) {
      keepRest(chunk.subarray(start, at));
      inItems = /[{,]\s*"items"\s*:\s*$/.test(rest);
      return at;
    }
    if (!inItems || depth !== itemsDepth + 1) return start;
    keepRest(chunk.subarray(start, at));
    rest += "0";
    inItem = true;
    return at;
  };

  const close = (chunk: Buffer, start: number, at: number): number => {
    depth -= 1;
    if (depth === listDepth) inItems = false;
    if (!inItem || depth !== itemsDepth) return start;
    item.add(chunk.subarray(start, at + 1));
    inItem = false;
    onItem(item.take());
    return at + 1;
  };

  return {
    write(chunk) {
      let start = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
        } else if (byte === quote) inString = true;
        else if (byte === openBrace || byte === openBracket) start = open(chunk, start, at);
        else if (byte === closeBrace || byte === closeBracket) start = close(chunk, start, at);
      }
      if (inItem) item.add(chunk.subarray(start));
      else keepRest(chunk.subarray(start));
    },
    end: () => parseRest(rest),
  };
}

function parseRest(rest: string): unknown {
  try {
    return JSON.parse(Buffer.from(rest, "latin1").toString("utf8"));
  } catch {
    // The parser's own error is no cause: it quotes the text.
    throw notList("it is no JSON, or was cut off");
  }
}

function notList(reason: string): KubeError {
  return new KubeError(`the answer cannot be read as a list: ${reason}`, { kind: "unknown" });
}
