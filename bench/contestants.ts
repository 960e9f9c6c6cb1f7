import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ContestantName } from "./measurement.ts";

export type Command = readonly [string, ...string[]];

/** A program that is measured beside others. */
export interface Contestant {
  readonly name: ContestantName;
  /** Fetches the images of a list file through a runtime's socket, then ends. */
  fetch(socket: string, listFile: string): Command;
  /** What stays on the node after that; absent where nothing does. */
  readonly sleep?: Command;
}

export interface ContestantPrograms {
  readonly node: string;
  /** Our bundle. */
  readonly bundle: string;
  /** The folder with the peers' binaries. */
  readonly peers?: string | undefined;
}

/** Ours, the original where its binary is given, and the floor: bare calls. */
export function createContestants({ node, bundle, peers }: ContestantPrograms): Contestant[] {
  const prestow: Contestant = {
    name: "prestow",
    fetch: (socket, list) => [node, bundle, "fetch", "--cri-socket", socket, "--image-list-file", list],
    sleep: [node, bundle, "sleep"],
  };
  const bare: Contestant = {
    name: "bare calls",
    fetch: (socket, list) => [node, join(import.meta.dirname, "bare-pull.ts"), socket, list],
  };
  return [prestow, ...(peers === undefined ? [] : [createPrefetcher(peers)]), bare];
}

function createPrefetcher(peers: string): Contestant {
  const program = join(peers, "image-prefetcher");
  if (!existsSync(program)) throw new Error(`PRESTOW_PEERS: there is no image-prefetcher in ${peers}`);
  return {
    name: "image-prefetcher",
    fetch: (socket, list) => [program, "fetch", "--cri-socket", socket, "--image-list-file", list],
    sleep: [program, "sleep"],
  };
}
