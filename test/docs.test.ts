import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { commands } from "../src/cli/commands.ts";

const root = join(import.meta.dirname, "..");
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root });
const readPage = (path: string) => readFileSync(join(root, path), "utf8");

function linksOf(text: string): string[] {
  const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link]) => link ?? "");
  return links.filter((link) => !/^[a-z]+:|^#/.test(link)).map((link) => link.replace(/#.*$/, ""));
}

test("every link between documents leads to a file", () => {
  const broken = pages.flatMap((page) => {
    const links = linksOf(readPage(page));
    return links
      .filter((link) => !existsSync(join(root, dirname(page), link)))
      .map((link) => `${page}: ${link}`);
  });
  assert.deepEqual(broken, []);
  assert.ok(pages.length > 10);
});

test("every dependency has its line among the decisions", () => {
  const { dependencies, devDependencies } = JSON.parse(readPage("package.json"));
  const decisions = readPage("docs/adr/README.md");
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !decisions.includes(`| \`${name}\` |`),
  );
  assert.deepEqual(missing, []);
});

test("every decision is listed", () => {
  const listed = linksOf(readPage("docs/adr/README.md"));
  const records = pages.filter((page) => /adr\/\d/.test(page)).map((page) => page.slice("docs/adr/".length));
  assert.deepEqual(
    records.filter((record) => !listed.includes(record)),
    [],
  );
});

// Of other programs: the lab, kubectl, docker, helm, the kubelet.
const foreignFlags = [
  "containerd",
  "image-bytes",
  "all",
  "field-selector",
  "for",
  "from-file",
  "patch-file",
  "prefix",
  "rm",
  "set",
  "set-string",
  "timeout",
  "verb",
  "serviceaccount",
  "resource",
  "clusterrole",
  "register-with-taints",
];

test("the README, the changelog and the guides name only flags that exist", () => {
  const known = new Set([
    ...commands.flatMap(({ options }) => Object.keys(options)),
    ...foreignFlags,
    "flag",
  ]);
  const guides = [
    ...["fetch", "agent", "hold", "deploy", "labels", "metrics", "keeping-images", "node-gating"],
    ...[
      "coming-from-image-prefetcher",
      "coming-from-octops-image-syncer",
      "coming-from-kubernetes-image-puller",
    ],
  ];
  for (const page of ["README.md", "CHANGELOG.md", ...guides.map((name) => `docs/${name}.md`)]) {
    const flags = Array.from(readPage(page).matchAll(/(?<![\w-])--([a-z][\w-]*)/g), ([, name]) => name ?? "");
    assert.deepEqual(
      flags.filter((name) => !known.has(name)),
      [],
      page,
    );
  }
});

test("the guide to fetch tells every kind of log line that a run writes", () => {
  const source = readPage("src/results/event-log.ts");
  const messages = Array.from(source.matchAll(/log\.(?:info|warn|error)\(\s*"([^"]+)"/g), ([, text]) => text);
  const guide = readPage("docs/fetch.md");
  assert.deepEqual(
    messages.filter((message) => !guide.includes(`\`${message}\``)),
    [],
  );
  assert.ok(messages.length >= 6);
});

test("the guide to labels tells every reason for which there is none", () => {
  const sources = [
    "src/results/node-label.ts",
    "src/results/node-label-log.ts",
    "src/cli/fetch-reporters.ts",
  ];
  const texts = sources.flatMap((path) =>
    Array.from(
      readPage(path).matchAll(/"((?:no node label|node label not written)[^"]*)"/g),
      ([, text]) => text,
    ),
  );
  const guide = readPage("docs/labels.md");
  assert.deepEqual(
    texts.filter((text) => !guide.includes(`\`${text}\``)),
    [],
  );
  assert.ok(texts.length >= 8);
});
