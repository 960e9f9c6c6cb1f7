import { parse } from "yaml";

/** Values of `-p NAME=VALUE`. */
export type TemplateValues = Readonly<Record<string, string>>;

interface Parameter {
  readonly name: string;
  readonly value?: string;
  readonly required?: boolean;
}

interface Template {
  readonly apiVersion: string;
  readonly kind: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly objects: readonly TemplateObject[];
  readonly parameters?: readonly Parameter[];
}

interface TemplateObject {
  readonly metadata: { readonly labels?: object };
}

function decideValues(parameters: readonly Parameter[], given: TemplateValues): ReadonlyMap<string, string> {
  const names = new Set(parameters.map(({ name }) => name));
  const unknown = Object.keys(given).find((name) => !names.has(name));
  if (unknown !== undefined) throw new Error(`unknown parameter name "${unknown}"`);
  return new Map(
    parameters.map(({ name, value = "", required = false }) => {
      const chosen = given[name] ?? value;
      if (required && chosen === "") throw new Error(`parameter ${name} is required and must be specified`);
      return [name, chosen];
    }),
  );
}

function lookUp(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  // oc leaves such a reference as it is, which is a mistake of the template.
  if (value === undefined) throw new Error(`the template has no parameter ${name}`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function substituteText(text: string, values: ReadonlyMap<string, string>): unknown {
  const whole = /^\$\{\{(\w+)\}\}$/.exec(text)?.[1];
  if (whole !== undefined) return parseJson(lookUp(values, whole));
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => lookUp(values, name));
}

function substitute(node: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof node === "string") return substituteText(node, values);
  if (Array.isArray(node)) return node.map((each) => substitute(each, values));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, substitute(value, values)]));
}

function withLabels(object: TemplateObject, labels: object): TemplateObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
}

/**
 * What `oc process -f FILE -p NAME=VALUE…` makes of a template: `${X}` is replaced inside of texts, a text that is
 * `${{X}}` alone becomes the value as JSON, and the template's labels are added to each object. Throws where oc fails.
 */
export function processTemplate(text: string, given: TemplateValues = {}): object[] {
  const template = parse(text) as Template;
  if (template.kind !== "Template" || template.apiVersion !== "template.openshift.io/v1")
    throw new Error(`this is no template: ${template.apiVersion} ${template.kind}`);
  const values = decideValues(template.parameters ?? [], given);
  return template.objects.map((object) =>
    withLabels(substitute(object, values) as TemplateObject, template.labels ?? {}),
  );
}
