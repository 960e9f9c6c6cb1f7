import { readBoundedFile } from "../lib/bounded-file.ts";
import type { Clock } from "../lib/clock.ts";
import type { TokenSource } from "./config.ts";
import { KubeError } from "./errors.ts";

// The kubelet replaces a token when a fifth of its life is left, at least two minutes before its end.
const maxAgeMs = 60_000;

/** A token that never changes. */
export function createFixedToken(token: string): TokenSource {
  return { read: async () => token, readAgain: async () => token };
}

/**
 * A token in a file that somebody rotates: read anew each minute, and as soon as the server refuses it. A file
 * that cannot be read for a moment costs nothing while an older token is known.
 */
export function createFileToken(path: string, clock: Pick<Clock, "nowMs">): TokenSource {
  let known: { readonly token: string; readonly readMs: number } | undefined;

  const readAgain = async (): Promise<string> => {
    try {
      known = { token: await readToken(path), readMs: clock.nowMs() };
    } catch (error) {
      if (known === undefined) throw error;
    }
    return known.token;
  };

  return {
    readAgain,
    async read() {
      if (known !== undefined && clock.nowMs() - known.readMs < maxAgeMs) return known.token;
      return await readAgain();
    },
  };
}

async function readToken(path: string): Promise<string> {
  const text = await readBoundedFile(path, "token file").catch((error: Error) => {
    throw new KubeError(error.message, { kind: "unauthorized", cause: error });
  });
  const token = text.trim();
  if (token !== "") return token;
  throw new KubeError(`token file ${path}: it is empty`, { kind: "unauthorized" });
}
