import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { suggest } from "../lib/suggest.ts";
import { defaultValue, type OptionValue, parseValue } from "./option-value.ts";
import { type InferOptions, type Option, type OptionsTable, optionKey, placeholder } from "./options.ts";

/** Either help was asked for, or these are the flags and what else stood on the line, in its order. */
export type ParsedArguments<T extends OptionsTable> =
  | { readonly help: true }
  | { readonly help: false; readonly options: InferOptions<T>; readonly positionals: readonly string[] };

interface Flag {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Reads a command line by the grammar of Go's `flag` package, which the tools that Prestow takes over from
 * have: one dash or two, `--flag value` or `--flag=value`, booleans alone or with `=`, the last of repeated
 * flags wins, `--` ends flags, `-` is no flag. Unlike there, flags may also follow other arguments.
 * `argv` begins after the subcommand. Throws a `ConfigError` that names the flag.
 */
export function parseArguments<const T extends OptionsTable>(
  table: T,
  argv: readonly string[],
): ParsedArguments<T> {
  const values = new Map(Object.entries(table).map(([name, option]) => [name, defaultValue(option)]));
  const positionals: string[] = [];
  const rest = argv.values();
  for (const argument of rest) {
    if (argument === "--") {
      positionals.push(...rest);
    } else if (!argument.startsWith("-") || argument === "-") {
      positionals.push(argument);
    } else {
      const flag = splitFlag(argument);
      const option = findOption(table, flag.name);
      if (option === "help") return { help: true };
      const text = flag.value ?? readValue(flag.name, option, rest);
      values.set(flag.name, parseValue(flag.name, option, text, values.get(flag.name)));
    }
  }
  return { help: false, options: toOptions(table, values), positionals };
}

/** For a subcommand that has no arguments but flags. Throws a `ConfigError` that names the first. */
export function refuseArguments(command: string, [first]: readonly string[]): void {
  if (first === undefined) return;
  throw new ConfigError(
    `"${printable(first, 60)}" is no flag, and ${command} takes flags only; write --name=value, see prestow ${command} --help`,
  );
}

function readValue(name: string, option: Option, rest: Iterator<string>): string {
  if (option.type === "boolean") return "true";
  const next = rest.next();
  if (next.done) throw new ConfigError(`--${name}: it needs a value, as in --${name}=${placeholder(option)}`);
  return next.value;
}

function splitFlag(argument: string): Flag {
  const body = argument.replace(/^--?/, "");
  const equals = body.indexOf("=");
  const name = equals < 0 ? body : body.slice(0, equals);
  if (name === "" || name.startsWith("-")) {
    // Only the part before "=": what follows may be a secret.
    const shown = printable(argument.split("=", 1)[0] ?? "", 60);
    throw new ConfigError(
      `"${shown}" is no flag; write --name or --name=value, and "--" before other arguments`,
    );
  }
  return { name, value: equals < 0 ? undefined : body.slice(equals + 1) };
}

function findOption(table: OptionsTable, name: string): Option | "help" {
  // Own properties only: "--constructor" is no flag.
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  if (option !== undefined) return option;
  if (name === "help" || name === "h") return "help";
  const shown = Object.keys(table).filter((known) => table[known]?.hidden !== true);
  const near = suggest(name, shown);
  const advice = near === undefined ? "--help lists the flags" : `did you mean --${near}?`;
  throw new ConfigError(`unknown flag --${printable(name, 60)}; ${advice}`);
}

function toOptions<T extends OptionsTable>(
  table: T,
  values: ReadonlyMap<string, OptionValue>,
): InferOptions<T> {
  const entries = Object.entries(table).map(([name, option]) => [optionKey(name, option), values.get(name)]);
  return Object.fromEntries(entries);
}
