import { parseArgs } from "node:util";
import { ConfigError } from "../src/lib/config-error.ts";
import type { Scenario } from "./scenario.ts";

export interface BenchOptions {
  readonly help: boolean;
  readonly only: readonly string[];
  /** Undefined: each scenario's own. */
  readonly rounds: number | undefined;
  /** Set by the program itself, for the part of it that runs in a network namespace. */
  readonly inOwnNetwork: boolean;
}

/** Throws a `ConfigError`. */
export function parseBenchOptions(argv: readonly string[], names: readonly string[]): BenchOptions {
  const values = parse(argv);
  const only = values.only ?? [];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ConfigError(`--only ${unknown}: there are ${names.join(", ")}`);
  const rounds = values.runs === undefined ? undefined : Number(values.runs);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 1000)) {
    throw new ConfigError(`--runs ${values.runs}: a number from 1 to 1000`);
  }
  const { help = false, "in-own-network": inOwnNetwork = false } = values;
  return { help, only, rounds, inOwnNetwork };
}

function parse(argv: readonly string[]) {
  const options = {
    help: { type: "boolean", short: "h" },
    only: { type: "string", multiple: true },
    runs: { type: "string" },
    "in-own-network": { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

export function renderBenchHelp(scenarios: readonly Scenario[]): string {
  return `node bench/run.ts [--only NAME]… [--runs N]

Measures the bundle (make dist) against bare PullImage calls and, where PRESTOW_PEERS names a folder with its
binary, against image-prefetcher. Prints a table, writes every value to bench/out/bench.json.

${scenarios.map(({ name, summary, rounds }) => `  ${name.padEnd(12)} ${summary} (${rounds} runs)`).join("\n")}
`;
}
