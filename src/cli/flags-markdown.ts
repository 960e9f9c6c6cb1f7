import type { Command } from "./command.ts";
import { describeDefault, groupOptions } from "./help.ts";
import { type Option, placeholder } from "./options.ts";

const introduction = `# Flags

<!-- Generated from the options tables in src/cli; \`make update\` writes it anew. -->

Flags are accepted with one dash or two, as \`--flag value\` or \`--flag=value\`, before and after other
arguments; \`--\` ends them. Durations are written as in Go: \`1m30s\`, \`500ms\`. Where a flag is repeated the
last one counts, unless it says that it may be repeated.
`;

/** The page docs/flags.md: a section for each subcommand with a table of its flags. */
export function renderFlagsMarkdown(commands: readonly Command[]): string {
  return [introduction, ...commands.map(renderCommand)].join("\n");
}

function renderCommand(command: Command): string {
  const rows = [...groupOptions(command.options).values()].flat().map(([name, option]) => row(name, option));
  return [
    `## prestow ${command.name}`,
    "",
    command.summary,
    "",
    "```",
    `prestow ${command.name} ${command.usage}`,
    "```",
    "",
    "| flag | default | meaning |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function row(name: string, option: Option): string {
  const text = describeDefault(option);
  const meaning = [
    option.description,
    ...(option.type === "list" ? ["may be repeated"] : []),
    ...(option.env === undefined ? [] : [`variable \`${option.env}\``]),
  ].join("; ");
  const cells = [
    `\`--${name} ${placeholder(option)}`.trimEnd().concat("`"),
    text === undefined ? "" : `\`${text}\``,
  ];
  return `| ${[...cells, meaning].map(escapeCell).join(" | ")} |`;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
