import { ConfigError } from "../lib/config-error.ts";
import { parseDuration } from "../lib/duration.ts";
import type { JsonRecord } from "../lib/record.ts";
import { childField, type Field, fault, parseList, parseObject, parseText } from "./provider-config-field.ts";
import { parseUrlPattern, type UrlPattern } from "./url-pattern.ts";

/** One credential provider plugin as the kubelet's CredentialProviderConfig describes it. */
export interface ProviderConfig {
  /** The file name of the plugin. */
  readonly name: string;
  readonly apiVersion: string;
  readonly matchImages: readonly UrlPattern[];
  readonly defaultCacheDurationMs: number;
  readonly args: readonly string[];
  /** May hold secrets. */
  readonly env: Readonly<Record<string, string>>;
}

/** A provider, and whether it can only be asked on behalf of a service account. */
export interface ParsedProvider {
  readonly config: ProviderConfig;
  readonly requiresServiceAccount: boolean;
}

// The kubelet reads all three of each; the plugin is asked in the version that is written for it.
const versions = ["v1", "v1beta1", "v1alpha1"];
const configVersions = versions.map((version) => `kubelet.config.k8s.io/${version}`);
const providerVersions = versions.map((version) => `credentialprovider.kubelet.k8s.io/${version}`);
const rootNames = ["apiVersion", "kind", "providers"];
const providerNames = [
  "name",
  "apiVersion",
  "matchImages",
  "defaultCacheDuration",
  "args",
  "env",
  "tokenAttributes",
];
const tokenNames = [
  "serviceAccountTokenAudience",
  "cacheType",
  "requireServiceAccount",
  "requiredServiceAccountAnnotationKeys",
  "optionalServiceAccountAnnotationKeys",
];

/**
 * The providers of one CredentialProviderConfig, by the kubelet's own rules (pkg/credentialprovider/plugin/
 * config.go): unknown fields are refused. `where` names the file. Throws a `ConfigError` with the path of the
 * field, `providers[0].matchImages`.
 */
export function parseProviders(value: unknown, where: string): ParsedProvider[] {
  const top = { place: `${where}:`, value };
  const root = parseObject(top, rootNames);
  parseOneOf(childField(top, root, "apiVersion"), configVersions);
  parseOneOf(childField(top, root, "kind"), ["CredentialProviderConfig"]);
  const list = childField(top, root, "providers");
  const providers = parseList(list).map(parseProvider);
  if (providers.length === 0) throw fault(list, "must have at least one provider");
  return providers;
}

function parseProvider(field: Field): ParsedProvider {
  const record = parseObject(field, providerNames);
  const child = (name: string) => childField(field, record, name);
  const config = {
    name: parseName(child("name")),
    apiVersion: parseOneOf(child("apiVersion"), providerVersions),
    matchImages: parseMatchImages(child("matchImages")),
    defaultCacheDurationMs: parseCacheDuration(child("defaultCacheDuration")),
    args: parseList(child("args")).map(parseText),
    env: Object.fromEntries(parseList(child("env")).map(parseVariable)),
  };
  return { config, requiresServiceAccount: parseTokenAttributes(child("tokenAttributes")) };
}

function parseName(field: Field): string {
  const name = parseText(field);
  if (name === "") throw fault(field, "is empty; write the file name of the plugin");
  if (name === "." || name === ".." || /[/\\ ]/.test(name)) {
    throw fault(field, "must be a file name without slashes and spaces; the folder is given by its own flag");
  }
  return name;
}

function parseMatchImages(field: Field): UrlPattern[] {
  const patterns = parseList(field).map((item) => {
    const text = parseText(item);
    if (text.includes("://")) throw fault(item, "must not have a scheme; leave out what ends with ://");
    return within(item, () => parseUrlPattern(text));
  });
  if (patterns.length === 0) throw fault(field, "must have at least one registry such as *.example.com");
  return patterns;
}

function parseCacheDuration(field: Field): number {
  const text = parseText(field);
  const ms = within(field, () => parseDuration(text));
  if (ms < 0) throw fault(field, "must not be negative; 0s means not to cache");
  return ms;
}

function parseVariable(field: Field): [name: string, value: string] {
  const record: JsonRecord = parseObject(field, ["name", "value"]);
  const nameField = childField(field, record, "name");
  const name = parseText(nameField);
  if (name === "" || name.includes("=")) throw fault(nameField, "must not be empty and not hold =");
  return [name, parseText(childField(field, record, "value"))];
}

/*
 * We pull for no pod, so there is no service account whose token a plugin could be given. The kubelet then
 * leaves out a plugin that requires one, and asks the others without a token: so do we.
 */
function parseTokenAttributes(field: Field): boolean {
  if (field.value === undefined) return false;
  const requires = childField(field, parseObject(field, tokenNames), "requireServiceAccount");
  if (typeof requires.value !== "boolean") throw fault(requires, "must be true or false");
  return requires.value;
}

function parseOneOf(field: Field, allowed: readonly string[]): string {
  const text = parseText(field);
  if (allowed.includes(text)) return text;
  throw fault(field, `must be ${allowed.join(" or ")}`);
}

function within<T>(field: Field, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof ConfigError ? fault(field, `is wrong: ${error.message}`) : error;
  }
}
