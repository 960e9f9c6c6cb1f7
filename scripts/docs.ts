import { readFileSync, writeFileSync } from "node:fs";
import { commands } from "../src/cli/commands.ts";
import { renderFlagsMarkdown } from "../src/cli/flags-markdown.ts";

const page = new URL("../docs/flags.md", import.meta.url);

function readPage(): string | undefined {
  try {
    return readFileSync(page, "utf8");
  } catch {
    return undefined;
  }
}

// Writes docs/flags.md; with --check only tells whether it is what the options tables say.
const text = renderFlagsMarkdown(commands);
if (!process.argv.includes("--check")) {
  writeFileSync(page, text);
} else if (readPage() !== text) {
  process.stderr.write('docs/flags.md is not what the options tables in src/cli say: run "make update"\n');
  process.exitCode = 1;
}
