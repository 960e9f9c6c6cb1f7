import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { type Labels, matchesRequirement, readInteger } from "./placement-requirement.ts";
import type { NodeRequirement } from "./pod-placement.ts";

/** A label selector; all of its requirements must hold. */
export interface LabelSelector {
  /** As the user wrote it; the API server reads it alike. */
  readonly text: string;
  readonly requirements: readonly NodeRequirement[];
}

const word = "[^\\s,=!<>()]+";
const requirementPattern = new RegExp(
  `\\s*(?:!\\s*(?<absent>${word})|(?<key>${word})` +
    `(?:\\s*(?<sign>==?|!=|<|>)\\s*(?<value>${word})?|\\s+(?<set>in|notin)\\s*\\((?<values>[^()=!<>]*)\\))?)` +
    "\\s*(?<end>,|$)",
  "y",
);
const signs: Readonly<Record<string, string>> = {
  "=": "In",
  "==": "In",
  "!=": "NotIn",
  ">": "Gt",
  "<": "Lt",
};
const usage = "write it as for kubectl: a=b,c!=d,e in (x,y),f notin (z),g,!h";

/**
 * Reads a label selector as kubectl does: `a=b,c!=d,e in (x,y),f notin (z),g,!h`. An empty one is refused, because
 * it would mean every object of the cluster where somebody left a value empty. Throws a `ConfigError` that names
 * `--selector`.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements: NodeRequirement[] = [];
  let from = 0;
  for (let more = true; more; ) {
    requirementPattern.lastIndex = from;
    const groups = requirementPattern.exec(text)?.groups;
    if (groups === undefined) throw selectorError(text, describePlace(text, from));
    requirements.push(checkRequirement(text, toRequirement(groups)));
    from = requirementPattern.lastIndex;
    more = groups["end"] === ",";
  }
  return { text, requirements };
}

/** Whether an object with these labels is selected. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  return selector.requirements.every((requirement) => matchesRequirement(requirement, labels));
}

type Groups = Readonly<Record<string, string | undefined>>;

function toRequirement({ absent, key = "", sign, value = "", set, values = "" }: Groups): NodeRequirement {
  if (absent !== undefined) return { key: absent, operator: "DoesNotExist", values: [] };
  if (sign !== undefined) return { key, operator: signs[sign] ?? sign, values: [value] };
  if (set === undefined) return { key, operator: "Exists", values: [] };
  const list = values.split(",").map((item) => item.trim());
  return { key, operator: set === "in" ? "In" : "NotIn", values: list };
}

function checkRequirement(text: string, requirement: NodeRequirement): NodeRequirement {
  const { key, operator, values } = requirement;
  if (!isLabelKey(key)) throw selectorError(text, `"${printable(key, 100)}" is no key of a label`);
  const bad = values.find((value) => !isLabelValue(value));
  if (bad !== undefined) throw selectorError(text, `"${printable(bad, 100)}" is no value of a label`);
  const compares = operator === "Gt" || operator === "Lt";
  if (compares && values.some((value) => readInteger(value) === undefined)) {
    throw selectorError(text, `"${key}" is compared with what is no whole number`);
  }
  return requirement;
}

// The rules of k8s.io/apimachinery/pkg/util/validation.
function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  return (slash < 0 || isDnsSubdomain(key.slice(0, slash))) && name !== "" && isLabelValue(name);
}

function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split(".").every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part));
}

function isLabelValue(value: string): boolean {
  return value.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(value);
}

function describePlace(text: string, from: number): string {
  const rest = text.slice(from).trim();
  if (text.trim() === "") return "it is empty";
  return rest === "" ? "it ends with a comma" : `"${printable(rest, 100)}" is no requirement`;
}

function selectorError(text: string, reason: string): ConfigError {
  return new ConfigError(`--selector: "${printable(text, 200)}": ${reason}; ${usage}`);
}
