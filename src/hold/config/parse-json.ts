import { printable } from "../../lib/printable.ts";
import { isRecord, type JsonRecord } from "../../lib/record.ts";
import { findLabelKeyFault, findLabelValueFault } from "../../manifests/kube-name.ts";
import { variableError } from "./config-faults.ts";
import type { HoldVariable } from "./variables.ts";

const forms = {
  annotations: '{"example.com/owner":"games"}',
  nodeSelector: '{"disktype":"ssd"}',
  affinity: '{"nodeAffinity":{…}}',
  tolerations: '[{"key":"games","operator":"Exists"}]',
};
const affinityKinds = ["nodeAffinity", "podAffinity", "podAntiAffinity"];
const tolerationTexts = ["key", "operator", "value", "effect"];

/** The annotations of `DAEMONSET_ANNOTATIONS`. Throws a `ConfigError`. */
export function parseAnnotations(text: string): Record<string, string> {
  const name = "DAEMONSET_ANNOTATIONS";
  return parseTextMap(name, text, forms.annotations, (key) => {
    // Ours tell what we have made of an object; somebody else's text there would be believed.
    if (/^(?:[^/]*\.)?prestow\.dev\//.test(key)) return "what begins with prestow.dev/ is ours to set";
    return findLabelKeyFault(key);
  });
}

/** The labels of `NODE_SELECTOR`. Throws a `ConfigError`. */
export function parseNodeLabels(text: string): Record<string, string> {
  const findFault = (key: string, value: string) => findLabelKeyFault(key) ?? findLabelValueFault(value);
  return parseTextMap("NODE_SELECTOR", text, forms.nodeSelector, findFault);
}

/** The object of `AFFINITY`, as deep as a mistake would be dropped in silence. Throws a `ConfigError`. */
export function parseAffinity(text: string): JsonRecord {
  const affinity = parseObject("AFFINITY", text, forms.affinity);
  for (const [kind, value] of Object.entries(affinity)) {
    const shown = printable(kind, 60);
    if (!affinityKinds.includes(kind))
      throw variableError("AFFINITY", text, `has "${shown}"; those are ${affinityKinds.join(", ")}`);
    if (value !== null && !isRecord(value))
      throw variableError("AFFINITY", text, `has a ${kind} that is no object`);
  }
  return affinity;
}

/** The array of `TOLERATIONS`. Throws a `ConfigError`. */
export function parseTolerationList(text: string): JsonRecord[] {
  const list = parseText("TOLERATIONS", text, forms.tolerations) ?? [];
  if (!Array.isArray(list)) throw notOfForm("TOLERATIONS", text, "array", forms.tolerations);
  return list.map((item: unknown, index) => {
    if (!isRecord(item)) throw notOfForm("TOLERATIONS", text, "array of objects", forms.tolerations);
    const fault = findTolerationFault(item);
    if (fault !== undefined)
      throw variableError("TOLERATIONS", text, `has in its toleration ${index + 1} ${fault}`);
    return item;
  });
}

function findTolerationFault(item: JsonRecord): string | undefined {
  for (const [field, value] of Object.entries(item)) {
    if (value === null) continue;
    const shown = printable(field, 60);
    const isSeconds = field === "tolerationSeconds";
    if (!isSeconds && !tolerationTexts.includes(field)) return `the unknown field "${shown}"`;
    if (isSeconds ? !Number.isSafeInteger(value) : typeof value !== "string")
      return `a ${field} that is no ${isSeconds ? "whole number" : "text"}`;
  }
  return undefined;
}

function parseTextMap(
  name: HoldVariable,
  text: string,
  form: string,
  findFault: (key: string, value: string) => string | undefined,
): Record<string, string> {
  const entries = Object.entries(parseObject(name, text, form)).map(([key, value]): [string, string] => {
    const shown = `"${printable(key, 80)}"`;
    if (typeof value !== "string")
      throw variableError(name, text, `has at ${shown} something else than text`);
    const fault = findFault(key, value);
    if (fault !== undefined) throw variableError(name, text, `has ${shown}: ${fault}`);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

function parseObject(name: HoldVariable, text: string, form: string): JsonRecord {
  const value = parseText(name, text, form) ?? {};
  if (!isRecord(value)) throw notOfForm(name, text, "object", form);
  return value;
}

function parseText(name: HoldVariable, text: string, form: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notOfForm(name, text, "text", form);
  }
}

function notOfForm(name: HoldVariable, text: string, what: string, form: string): Error {
  return variableError(name, text, `is no JSON ${what}; write it like ${form}`);
}
