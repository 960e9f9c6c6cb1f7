import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { version } from "../../src/version.ts";
import { processTemplate, type TemplateValues } from "../../test/cluster/oc-process.ts";

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, `${name}.yaml`), "utf8");
}

function processed(name: string, values: TemplateValues = {}): string {
  return JSON.stringify(processTemplate(read(name), values));
}

const needed = { serviceaccount: {}, configmap: { IMAGES: "a=b" }, app: { IMAGE: "registry/prestow" } };

test("each template is processed with what it needs alone, and uses every parameter that it has", () => {
  for (const [name, values] of Object.entries(needed)) {
    assert.doesNotMatch(processed(name, values), /\$\{/);
    const text = read(name);
    const parameters = [...text.matchAll(/^- name: ([A-Z_]+)$/gm)].map(([, parameter]) => parameter);
    assert.ok(parameters.length > 1);
    for (const parameter of parameters) assert.match(text, new RegExp(`\\$\\{+${parameter}\\}`));
  }
});

test("what has no sensible default has to be given, and an unknown parameter is refused", () => {
  assert.throws(() => processed("app"), /IMAGE is required/);
  assert.throws(() => processed("configmap"), /IMAGES is required/);
  assert.throws(() => processed("configmap", { IMAGES: "a=b", IMAGE: "x" }), /unknown parameter/);
});

test("given values are where they belong", () => {
  const values = { IMAGES: "a=b", NODE_SELECTOR: '{"a":"b"}', DAEMONSET_NAME: "kept" };
  const [configMap] = processTemplate(read("configmap"), values) as { data: Record<string, string> }[];
  assert.equal(configMap?.data["NODE_SELECTOR"], '{"a":"b"}');
  assert.equal(configMap?.data["DAEMONSET_NAME"], "kept");
  const account = processed("serviceaccount", { PULL_SECRET_NAMES: '["one","two"]' });
  assert.match(account, /"resources":\["secrets"\],"resourceNames":\["one","two"\]/);
});

test("by default no secret may be read", () => {
  assert.match(processed("serviceaccount"), /"resources":\["secrets"\],"resourceNames":\[""\]/);
});

test("the templates are of this version", () => {
  assert.match(processed("app", needed.app), new RegExp(`"image":"registry/prestow:${version}"`));
});
