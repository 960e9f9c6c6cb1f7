import { existsSync, globSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** The absolute paths of the test files that files, directories and globs name; throws where one names none. */
export function findTestFiles(patterns: readonly string[]): string[] {
  const found = patterns.flatMap((pattern) => {
    const files = matchFiles(pattern);
    if (files.length === 0) throw new Error(`"${pattern}" names no test file (*.test.ts)`);
    return files;
  });
  return [...new Set(found.map((path) => resolve(path)))].sort();
}

function matchFiles(pattern: string): string[] {
  const exists = existsSync(pattern);
  if (exists && !statSync(pattern).isDirectory()) return [pattern];
  const glob = exists ? `${pattern}/**/*.test.ts` : pattern;
  return globSync(glob, { exclude: (name) => name === "node_modules" || name.endsWith("/node_modules") });
}
