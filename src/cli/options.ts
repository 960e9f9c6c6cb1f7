interface OptionBase {
  /** What it does, one sentence without a full stop; help and docs add default and variable themselves. */
  readonly description: string;
  /** What stands for the value in help, such as `PATH`; each type has its own. */
  readonly placeholder?: string;
  /** The heading in help; without one it stands under "General". */
  readonly group?: string;
  /** Accepted, but neither shown nor suggested. */
  readonly hidden?: boolean;
  /** The environment variable that says the same; documentation only, the subcommand reads it. */
  readonly env?: string;
}

/** Text. Without a default, an empty value means "none", as in Go. */
export interface StringOption extends OptionBase {
  readonly type: "string";
  readonly default?: string;
}

/** A length of time in Go's syntax (`1m30s`); never below `minMs`, 0 unless it is told. */
export interface DurationOption extends OptionBase {
  readonly type: "duration";
  readonly defaultMs?: number;
  readonly minMs?: number;
}

/** False unless given: `--debug`, `--debug=false`. */
export interface BooleanOption extends OptionBase {
  readonly type: "boolean";
  readonly default?: boolean;
}

/** A whole decimal number. */
export interface IntegerOption extends OptionBase {
  readonly type: "integer";
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** One of the choices, in exactly this spelling. */
export interface EnumOption extends OptionBase {
  readonly type: "enum";
  readonly choices: readonly string[];
  readonly default?: string;
}

/** Text that may be given several times; each time adds one. */
export interface ListOption extends OptionBase {
  readonly type: "list";
}

export type Option = StringOption | DurationOption | BooleanOption | IntegerOption | EnumOption | ListOption;

/** The flags of a subcommand by name, without dashes in front: `{ "cri-socket": { type: "string", … } }`. */
export type OptionsTable = Readonly<Record<string, Option>>;

/** A table whose exact types are kept, so that `InferOptions` gives each flag its own. */
export function defineOptions<const T extends OptionsTable>(table: T): T {
  return table;
}

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type OptionKey<Name extends string, O> = O extends { type: "duration" }
  ? `${CamelCase<Name>}Ms`
  : CamelCase<Name>;

type Scalar<O> = O extends { type: "enum"; choices: readonly (infer Choice)[] }
  ? Choice
  : O extends { type: "integer" | "duration" }
    ? number
    : string;

type OptionValue<O> = O extends { type: "boolean" }
  ? boolean
  : O extends { type: "list" }
    ? readonly string[]
    : O extends { default: unknown } | { defaultMs: unknown }
      ? Scalar<O>
      : Scalar<O> | undefined;

/**
 * What a table's flags become: `cri-socket` is `criSocket`, the duration `overall-timeout` is
 * `overallTimeoutMs`; what has no default and is not given is undefined.
 */
export type InferOptions<T extends OptionsTable> = {
  readonly [Name in keyof T & string as OptionKey<Name, T[Name]>]: OptionValue<T[Name]>;
};

/** The name of a flag in the parsed result: `overall-timeout` is `overallTimeoutMs`. */
export function optionKey(name: string, option: Option): string {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return option.type === "duration" ? `${camel}Ms` : camel;
}

/** What stands for the value of a flag in help; empty for a boolean, which needs none. */
export function placeholder(option: Option): string {
  if (option.placeholder !== undefined) return option.placeholder;
  if (option.type === "enum") return option.choices.join("|");
  return { string: "TEXT", duration: "DURATION", boolean: "", integer: "NUMBER", list: "TEXT" }[option.type];
}
