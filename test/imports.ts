import { posix } from "node:path";

/** One import or re-export of a module. */
export interface Import {
  /** The path of the imported file, or the bare name of a package or of Node's own module. */
  readonly target: string;
  /** A file of this tree, rather than a package or a module of Node's. */
  readonly local: boolean;
  /** Gone once types are stripped. */
  readonly typeOnly: boolean;
}

const declaration =
  /^\s*(?:import|export)\s+(type\s+(?!from\b))?(?:[^;"'()]*?\bfrom\s*)?["']([^"'\n]+)["']/gm;
const call = /\bimport\(\s*["']([^"'\n]+)["']/g;

/** The source without comments; a `//` that no blank precedes is part of a URL. */
export function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** What a file imports; relative targets become paths from where `path` counts. */
export function listImports(path: string, text: string): Import[] {
  const source = stripComments(text);
  const declared = [...source.matchAll(declaration)].map(([, type, target = ""]) =>
    toImport(path, target, type !== undefined),
  );
  const called = [...source.matchAll(call)].map(([, target = ""]) => toImport(path, target, false));
  return [...declared, ...called];
}

/** The first ring of imports that is found from each file, as `a → b → a`; types count, too. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

function toImport(path: string, target: string, typeOnly: boolean): Import {
  const local = target.startsWith(".");
  return { target: local ? posix.join(posix.dirname(path), target) : target, local, typeOnly };
}
