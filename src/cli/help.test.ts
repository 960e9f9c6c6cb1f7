import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "./command.ts";
import { renderFlagsMarkdown } from "./flags-markdown.ts";
import { renderHelp, renderOverview } from "./help.ts";

const command: Command = {
  name: "fetch",
  summary: "Put images on this node",
  description: `Pulls every image of a list and ${"waits ".repeat(20)}until it is there.\n\nThen it ends.`,
  usage: "[flags] [IMAGE...]",
  options: {
    "cri-socket": {
      type: "string",
      default: "/run/cri.sock",
      placeholder: "PATH",
      group: "Runtime",
      env: "CRI_SOCKET",
      description: `Socket of the runtime, ${"which is long to tell ".repeat(5)}`.trim(),
    },
    "image-credential-provider-config-directory": {
      type: "string",
      group: "Runtime",
      description: "A long name",
    },
    "overall-timeout": { type: "duration", defaultMs: 1_200_000, description: "Limit of all" },
    output: { type: "enum", choices: ["text", "json"], default: "text", description: "Form of the result" },
    header: { type: "list", description: "One more header" },
    secretive: { type: "boolean", hidden: true, description: "Nobody's business" },
  },
  examples: [
    { description: "Two images", command: "prestow fetch nginx:1 redis:8" },
    { description: "A list", command: "prestow fetch \\\n  --image-list-file=list" },
  ],
};

test("help has usage, wrapped text, groups with the general one last, defaults and examples", () => {
  assert.equal(
    renderHelp(command),
    `Usage: prestow fetch [flags] [IMAGE...]

Pulls every image of a list and waits waits waits waits waits waits waits waits waits waits waits
waits waits waits waits waits waits waits waits waits until it is there.

Then it ends.

Runtime:
  --cri-socket PATH                         Socket of the runtime, which is long to tell which is
                                            long to tell which is long to tell which is long to tell
                                            which is long to tell (default /run/cri.sock; or
                                            $CRI_SOCKET)
  --image-credential-provider-config-directory TEXT
                                            A long name

General:
  --overall-timeout DURATION                Limit of all (default 20m)
  --output text|json                        Form of the result (default text)
  --header TEXT                             One more header (may be repeated)
  --help                                    Show this help

Examples:
  # Two images
  prestow fetch nginx:1 redis:8

  # A list
  prestow fetch \\
    --image-list-file=list
`,
  );
});

test("no line of help is wider than 100 columns", () => {
  for (const line of renderHelp(command).split("\n")) assert.ok(line.length <= 100, line);
});

test("the overview lists the subcommands with their summaries", () => {
  const sleep = { ...command, name: "sleep", summary: "Wait for SIGTERM" };
  const text = renderOverview([command, sleep]);
  assert.match(text, /^ {2}fetch {2}Put images on this node\n {2}sleep {2}Wait for SIGTERM$/m);
});

test("the page of flags has a row for each shown flag and keeps its columns", () => {
  const page = renderFlagsMarkdown([command]);
  const rows = page.split("\n").filter((line) => line.startsWith("|"));
  assert.equal(rows.length, 8);
  assert.ok(page.includes("## prestow fetch\n"));
  assert.ok(rows.includes("| `--overall-timeout DURATION` | `20m` | Limit of all |"));
  assert.ok(rows.includes("| `--output text\\|json` | `text` | Form of the result |"));
  assert.ok(rows.includes("| `--header TEXT` |  | One more header; may be repeated |"));
  assert.doesNotMatch(page, /secretive/);
});
