import { formatDuration } from "../lib/duration.ts";
import type { Command, Example } from "./command.ts";
import { type Option, type OptionsTable, placeholder } from "./options.ts";
import { wrap } from "./wrap.ts";

const width = 100;
const maxFlagWidth = 40;
const generalGroup = "General";
const helpOption: Option = { type: "boolean", description: "Show this help" };

/** What `prestow --help` prints: the subcommands, one line each. */
export function renderOverview(commands: readonly Command[]): string {
  const nameWidth = Math.max(0, ...commands.map((command) => command.name.length));
  const lines = commands.flatMap((command) => entry(command.name, nameWidth, command.summary));
  const more = 'Run "prestow COMMAND --help" for the flags of one.';
  return ["Usage: prestow COMMAND [flags]", "", "Commands:", ...lines, "", more, ""].join("\n");
}

/** What `prestow NAME --help` prints: plain text of at most 100 columns, flags by group. */
export function renderHelp(command: Command): string {
  const blocks = [
    [`Usage: prestow ${command.name} ${command.usage}`],
    ...command.description.split(/\n\s*\n/).map((paragraph) => wrap(paragraph, width)),
    ...renderGroups(command.options),
    ...(command.examples.length === 0 ? [] : [["Examples:", ...command.examples.flatMap(renderExample)]]),
  ];
  return `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
}

/** The default of a flag as one would type it; undefined where it has none worth telling. */
export function describeDefault(option: Option): string | undefined {
  if (option.type === "list") return undefined;
  if (option.type === "duration") {
    return option.defaultMs === undefined ? undefined : formatDuration(option.defaultMs);
  }
  return option.default === undefined || option.default === false ? undefined : String(option.default);
}

/** The flags that are shown, by group in order of appearance; "General" comes last. */
export function groupOptions(table: OptionsTable): Map<string, [string, Option][]> {
  const groups = new Map<string, [string, Option][]>();
  const general: [string, Option][] = [];
  for (const [name, option] of Object.entries(table)) {
    if (option.hidden) continue;
    const { group = generalGroup } = option;
    const members = group === generalGroup ? general : (groups.get(group) ?? []);
    members.push([name, option]);
    if (members !== general) groups.set(group, members);
  }
  return groups.set(generalGroup, [...general, ["help", helpOption]]);
}

function renderGroups(table: OptionsTable): string[][] {
  const groups = [...groupOptions(table)];
  const widths = groups.flatMap(([, options]) =>
    options.map(([name, option]) => flagText(name, option).length),
  );
  const flagWidth = Math.min(maxFlagWidth, Math.max(...widths));
  return groups.map(([title, options]) => [
    `${title}:`,
    ...options.flatMap(([name, option]) => entry(flagText(name, option), flagWidth, describe(option))),
  ]);
}

function flagText(name: string, option: Option): string {
  return `--${name} ${placeholder(option)}`.trimEnd();
}

function describe(option: Option): string {
  const text = describeDefault(option);
  const notes = [
    ...(option.type === "list" ? ["may be repeated"] : []),
    ...(text === undefined ? [] : [`default ${text}`]),
    ...(option.env === undefined ? [] : [`or $${option.env}`]),
  ];
  return notes.length === 0 ? option.description : `${option.description} (${notes.join("; ")})`;
}

/** A name with its text beside it, or below where the name is too long. */
function entry(name: string, nameWidth: number, text: string): string[] {
  const indent = " ".repeat(nameWidth + 4);
  const [first = "", ...rest] = wrap(text, width - indent.length);
  const head = `  ${name.padEnd(nameWidth)}  `;
  const below = rest.map((line) => indent + line);
  return name.length > nameWidth ? [head.trimEnd(), indent + first, ...below] : [head + first, ...below];
}

function renderExample({ description, command }: Example, index: number): string[] {
  const lines = [`  # ${description}`, ...command.split("\n").map((line) => `  ${line}`)];
  return index === 0 ? lines : ["", ...lines];
}
