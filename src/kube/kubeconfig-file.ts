import { dirname, resolve } from "node:path";
import { readBoundedFile } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import { isRecord, type JsonRecord } from "../lib/record.ts";

/** One kubeconfig file as it is written: names and the fields under each. */
export interface Kubeconfig {
  readonly path: string;
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
}

/** Parses YAML or JSON; throws a `ConfigError` with the place, and never quotes from the file. */
export async function parseKubeconfig(text: string, path: string): Promise<Kubeconfig> {
  const where = `kubeconfig ${printable(path)}`;
  const root = (await parseText(text, where)) ?? {};
  if (!isRecord(root))
    throw new ConfigError(`${where}: it must be an object with clusters, users and contexts`);
  const current = root["current-context"];
  const list = (name: string, child: string) => parseEntries(root[name], name, child, { where, path });
  return {
    path,
    currentContext: typeof current === "string" && current !== "" ? current : undefined,
    contexts: list("contexts", "context"),
    clusters: list("clusters", "cluster"),
    users: list("users", "user"),
  };
}

/** JSON needs no YAML parser, which is loaded only here: it would stay in the memory of who lasts. */
async function parseText(text: string, where: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const { parseYaml } = await import("../lib/parse-yaml.ts");
    return parseYaml(text, where);
  }
}

function parseEntries(
  value: unknown,
  list: string,
  child: string,
  file: { readonly where: string; readonly path: string },
): Map<string, KubeconfigEntry> {
  const entries = new Map<string, KubeconfigEntry>();
  if (!Array.isArray(value ?? [])) throw new ConfigError(`${file.where}: ${list} must be a list`);
  for (const [index, item] of ((value ?? []) as unknown[]).entries()) {
    const place = `${file.where}: ${list}[${index}]`;
    if (!isRecord(item) || typeof item["name"] !== "string")
      throw new ConfigError(`${place}.name is required`);
    const fields = item[child] ?? {};
    if (!isRecord(fields)) throw new ConfigError(`${place}.${child} must be an object`);
    // Of two with one name kubectl takes the first.
    if (entries.has(item["name"])) continue;
    entries.set(item["name"], new KubeconfigEntry(`${place}.${child}`, fields, dirname(file.path)));
  }
  return entries;
}

/** The fields of one cluster, user or context; its faults name the place and never the value. */
export class KubeconfigEntry {
  readonly #place: string;
  readonly #fields: JsonRecord;
  readonly #folder: string;

  constructor(place: string, fields: JsonRecord, folder: string) {
    this.#place = place;
    this.#fields = fields;
    this.#folder = folder;
  }

  fault(name: string, reason: string): ConfigError {
    return new ConfigError(`${this.#place}.${name} ${reason}`);
  }

  /** A text; undefined where it is absent or empty. */
  text(name: string): string | undefined {
    const value = this.#fields[name] ?? "";
    if (typeof value !== "string") throw this.fault(name, "must be a text; put it in quotes");
    return value === "" ? undefined : value;
  }

  /** A path, which counts from the folder of the file. */
  path(name: string): string | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : resolve(this.#folder, text);
  }

  isTrue(name: string): boolean {
    const value = this.#fields[name] ?? false;
    if (typeof value !== "boolean") throw this.fault(name, "must be true or false");
    return value;
  }

  /** Base64 in `<name>-data`, which counts, or the file that `name` gives. */
  async readPem(name: string): Promise<string | undefined> {
    const data = this.text(`${name}-data`);
    if (data === undefined) {
      const path = this.path(name);
      return path === undefined ? undefined : await readBoundedFile(path, `${this.#place}.${name}`);
    }
    const pem = Buffer.from(data, "base64").toString("latin1");
    if (pem.includes("-----BEGIN ")) return pem;
    throw this.fault(`${name}-data`, "must be PEM in base64");
  }

  /** Throws for the first of these fields that is there; `advice` says what to do instead. */
  refuse(names: readonly string[], advice: string): void {
    const found = names.find((name) => (this.#fields[name] ?? undefined) !== undefined);
    if (found !== undefined) throw this.fault(found, `is not supported by this version; ${advice}`);
  }
}
