import { runCommand } from "../run-command.ts";

/** The files that the dynamic linker loads for a program, from what ldd(1) prints. Throws where one is missing. */
export function parseLibraries(text: string): string[] {
  const missing = /^\s*(\S+) => not found/m.exec(text)?.[1];
  if (missing !== undefined) throw new Error(`the shared library ${missing} is missing on this machine`);
  return Array.from(text.matchAll(/(?:^|=>)\s*(\/\S+) \(0x/gm), ([, path]) => path ?? "");
}

/** The shared libraries of programs of this machine, its dynamic linker among them, each once. */
export async function readLibraries(programs: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(programs.map((program) => runCommand(["ldd", program])));
  return [...new Set(texts.flatMap(parseLibraries))].sort();
}
