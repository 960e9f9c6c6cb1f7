import { relative } from "node:path";
import { inspect } from "node:util";
import type { FileResult } from "./run-file.ts";

/** One line for a file that passed; failures in full, with all that the file wrote, for one that did not. */
export function renderFile(result: FileResult, root: string): string {
  const { passed, failures, durationMs, output } = result;
  const file = relative(root, result.file);
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  if (failures.length === 0) return `ok    ${file}  ${passed} passed  ${seconds}\n`;
  const head = `FAIL  ${file}  ${passed} passed, ${failures.length} failed  ${seconds}\n`;
  const details = failures.map(({ name, error }) => `  FAIL ${name}\n${indent(show(error))}\n`);
  const written = output === "" ? "" : `  output of ${file}:\n${indent(output.trimEnd())}\n`;
  return [head, ...details, written].join("");
}

/** The tests that took longest. */
export function renderSlowest(results: readonly FileResult[], count: number, root: string): string {
  const all = results.flatMap(({ file, slowest }) => slowest.map((test) => ({ file, ...test })));
  const longest = all.sort((a, b) => b.durationMs - a.durationMs).slice(0, count);
  const lines = longest.map(
    ({ file, name, durationMs }) =>
      `  ${(durationMs / 1000).toFixed(2).padStart(7)} s  ${relative(root, file)}: ${name}`,
  );
  return ["slowest tests:", ...lines, ""].join("\n");
}

function show(error: unknown): string {
  return typeof error === "string" ? error : inspect(error);
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
