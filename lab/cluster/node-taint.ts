import { ConfigError } from "../../src/lib/config-error.ts";

/** A taint that a node registers with. */
export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

const form = /^([a-z0-9./_-]+)(?:=([a-z0-9._-]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/i;

/** A taint as kubectl writes it, `KEY[=VALUE]:EFFECT`. Throws a `ConfigError` where it is none. */
export function parseNodeTaint(text: string): NodeTaint {
  const [, key, value = "", effect] = form.exec(text) ?? [];
  if (key !== undefined && effect !== undefined) return { key, value, effect };
  throw new ConfigError(
    `--taint ${JSON.stringify(text)}: use KEY[=VALUE]:NoSchedule|PreferNoSchedule|NoExecute`,
  );
}

/** The taints in the arguments of `lab/add-node`: `--taint TAINT`, as often as need be. */
export function parseAddNodeArguments(args: readonly string[]): NodeTaint[] {
  const taints: NodeTaint[] = [];
  const rest = args
    .flatMap((arg) => (arg.startsWith("--taint=") ? ["--taint", arg.slice(8)] : [arg]))
    .values();
  for (const arg of rest) {
    if (arg !== "--taint") throw new ConfigError(`${arg}: use lab/add-node [--taint KEY[=VALUE]:EFFECT]…`);
    taints.push(parseNodeTaint(rest.next().value ?? ""));
  }
  return taints;
}
