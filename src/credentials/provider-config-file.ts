import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readBoundedFile, unreadable } from "../lib/bounded-file.ts";
import { ConfigError } from "../lib/config-error.ts";
import { parseYaml } from "../lib/parse-yaml.ts";
import { printable } from "../lib/printable.ts";
import { type ParsedProvider, type ProviderConfig, parseProviders } from "./provider-config.ts";

export interface ProviderConfigs {
  readonly providers: readonly ProviderConfig[];
  /** What the files ask for and we cannot do, one sentence each. */
  readonly warnings: readonly string[];
}

const what = "credential provider config";

/**
 * Reads a CredentialProviderConfig, or all of a folder by name (`.json`, `.yaml`, `.yml`), as the kubelet
 * does. Throws a `ConfigError` for what cannot be read, is invalid, or names a plugin that is no executable
 * file in `binDir`.
 */
export async function readProviderConfig(path: string, binDir: string): Promise<ProviderConfigs> {
  const texts = await Promise.all(
    (await listFiles(path)).map(async (file) => ({ file, text: await readBoundedFile(file, what) })),
  );
  const configs = parseProviderConfig(texts);
  await Promise.all(configs.providers.map(({ name }) => checkExecutable(join(binDir, name))));
  return configs;
}

/** Parses the files of a configuration, YAML or JSON, into one; throws `ConfigError`. */
export function parseProviderConfig(
  files: readonly { readonly file: string; readonly text: string }[],
): ProviderConfigs {
  const parsed: ParsedProvider[] = [];
  const names = new Set<string>();
  for (const { file, text } of files) {
    const where = `${what} ${printable(file)}`;
    for (const [index, provider] of parseProviders(parseYaml(text, where), where).entries()) {
      const isNew = !names.has(provider.config.name);
      if (!isNew)
        throw new ConfigError(`${where}: providers[${index}].name is there twice; each needs its own`);
      names.add(provider.config.name);
      parsed.push(provider);
    }
  }
  const unusable = parsed.filter(({ requiresServiceAccount }) => requiresServiceAccount);
  return {
    providers: parsed.filter((provider) => !unusable.includes(provider)).map(({ config }) => config),
    warnings: unusable.map(({ config: { name } }) => {
      const shown = printable(name, 200);
      return `credential provider ${shown} is not used: it requires a pod's service account, and there is no pod`;
    }),
  };
}

async function listFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    const names = files.filter((name) => [".json", ".yaml", ".yml"].includes(extname(name))).sort();
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw unreadable(path, what, error);
  }
  throw new ConfigError(`${what} ${printable(path)}: the folder has no .json, .yaml or .yml file`);
}

async function checkExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
    if ((await stat(path)).isFile()) return;
  } catch (error) {
    throw unreadable(path, "credential provider plugin", error);
  }
  throw new ConfigError(`credential provider plugin ${printable(path)}: it is not a file`);
}
