import type { Scenario } from "../scenario.ts";
import { allPresent } from "./all-present.ts";
import { firstPull } from "./first-pull.ts";
import { idleMemory } from "./idle-memory.ts";
import { loopback } from "./loopback.ts";
import { memory } from "./memory.ts";
import { sharedBase } from "./shared-base.ts";
import { slowLink } from "./slow-link.ts";

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  loopback,
  sharedBase,
  slowLink,
  allPresent,
  firstPull,
  memory,
  idleMemory,
];
