import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchCommand } from "../src/cli/fetch-options.ts";
import { demoSteps, renderClosing } from "./demo-steps.ts";
import { labVariables } from "./environment.ts";
import { listSeeds } from "./images.ts";

const commands = demoSteps.map(({ command }) => command).join("\n");
const endpoints = {
  registry: "127.0.0.1:1",
  privateRegistry: "127.0.0.1:2",
  criSocket: "/run/lab.sock",
  containerdVersion: "2",
  imagesFile: "/images.txt",
  dockerConfigFile: "/config.json",
  binDirs: [],
};

test("the demo uses only variables that the lab sets", () => {
  const known = Object.keys(labVariables(endpoints));
  const used = new Set(Array.from(commands.matchAll(/\$(\w+)/g), ([, name]) => name));
  assert.deepEqual(
    [...used].filter((name) => !known.includes(name ?? "")),
    [],
  );
  assert.ok(used.size > 0);
});

test("the demo uses only flags that fetch has", () => {
  const flags = Array.from(commands.matchAll(/--([\w-]+)/g), ([, name]) => name ?? "");
  assert.deepEqual(
    flags.filter((name) => !(name in fetchCommand.options)),
    [],
  );
});

test("the wrong name of the demo is near an image of the list, and is none", () => {
  const repositories = listSeeds(5000).map(({ repository }) => repository);
  assert.ok(repositories.includes("shop/cart"));
  assert.ok(!repositories.includes("shop/kart"));
});

test("what the demo says fits into 80 columns", () => {
  const folder = "/tmp/prestow-demo-0";
  const shown = [commands, ...demoSteps.map(({ title }) => `# ${title}`)];
  const text = [...shown, renderClosing(folder, true), renderClosing(folder, false)].join("\n");
  assert.deepEqual(
    text.split("\n").filter((line) => line.length > 80),
    [],
  );
});

test("a demo that is kept says how to use it and how to stop it", () => {
  const text = renderClosing("/tmp/demo", true);
  assert.match(text, /PRESTOW_LAB_STATE=\/tmp\/demo lab\/down/);
  assert.match(text, /lab\/exec ctr images ls/);
  assert.match(renderClosing("/tmp/demo", false), /has ended/);
});
