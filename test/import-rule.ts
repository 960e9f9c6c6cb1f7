import { findCycles, type Import, listImports, stripComments } from "./imports.ts";

const users = ["agent", "controller", "hold", "results", "manifests", "dashboard"];
const inputs = ["sources", "plan"];
const edges = ["runtime", "kube", "credentials", "registry"];

/** Which directories of src each of them may take anything from, beside itself; the design's import rule. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "lib", "version"],
  cli: [...users, ...inputs, ...edges, "image", "lib", "version"],
  ...Object.fromEntries(users.map((name) => [name, [...users, ...inputs, "image", "lib"]])),
  ...Object.fromEntries(inputs.map((name) => [name, [...inputs, "image", "lib"]])),
  ...Object.fromEntries(edges.map((name) => [name, ["image", "lib"]])),
  // The constant of src/version.ts; below cli it is an argument.
  version: [],
  image: [],
  lib: [],
};
const mayTakeInterfaces = [...users, ...inputs, ...edges];

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/^\s*export\s+default\b|\bas\s+default\b/m, "has a default export; give it a name"],
];
const onlyInMain = [
  /\bprocess\s*(?:\??\.\s*|(?:\?\.)?\[\s*["'])(?:env|exit)\b/,
  /\{[^}]*\b(?:env|exit)\b[^}]*\}\s*=\s*process\b/,
  /\{[^}]*\b(?:env|exit)\b[^}]*\}\s*from\s*["'](?:node:)?process["']/,
];

/**
 * What breaks the import rule in `files` (paths that begin with `src/`, and their text), one line each. Tests
 * may import what they test together, so `*.test.ts` is left out.
 */
export function findViolations(files: ReadonlyMap<string, string>): string[] {
  const sources = [...files].filter(([path]) => !path.endsWith(".test.ts"));
  const imports = new Map(sources.map(([path, text]) => [path, listImports(path, text)]));
  const targets = new Map([...imports].map(([path, list]) => [path, list.map(({ target }) => target)]));
  return [
    ...[...imports].flatMap(([path, list]) => list.flatMap((item) => checkImport(path, item))),
    ...sources.flatMap(([path, text]) => checkText(path, stripComments(text))),
    ...findCycles(targets).map((cycle) => `import cycle: ${cycle}`),
  ];
}

function checkImport(path: string, { target, local, typeOnly }: Import): string[] {
  const from = layerOf(path);
  const permitted = allowed[from];
  if (permitted === undefined) return [`${path}: src/${from} has no place in the import rule`];
  const violation = (reason: string) => [`${path} imports ${target}: ${reason}`];
  if (!local) return from === "image" ? violation("image imports nothing from outside") : [];
  if (!target.startsWith("src/")) return violation("src imports nothing from outside src");
  const to = layerOf(target);
  if (to === from || permitted.includes(to)) return [];
  if (!edges.includes(to) || !mayTakeInterfaces.includes(from))
    return violation(`${from} may not import ${to}`);
  if (typeOnly || target === `src/${to}/errors.ts`) return [];
  return violation(`${from} may take only types and errors.ts from ${to}, which cli builds`);
}

function checkText(path: string, source: string): string[] {
  const found = forbidden
    .filter(([pattern]) => pattern.test(source))
    .map(([, reason]) => `${path} ${reason}`);
  if (path === "src/main.ts" || !onlyInMain.some((pattern) => pattern.test(source))) return found;
  return [
    ...found,
    `${path} uses process.env or process.exit; only src/main.ts may, others take it as argument`,
  ];
}

/** `src/plan/retry.ts` is plan, `src/main.ts` is main. */
function layerOf(path: string): string {
  return (path.split("/")[1] ?? "").replace(/\.ts$/, "");
}
