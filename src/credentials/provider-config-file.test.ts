import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { parseProviderConfig, readProviderConfig } from "./provider-config-file.ts";

const canary = "c4n4ry-s3cret";

function yaml(name: string, more = ""): string {
  return `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: ${name}
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages: ["*.example.com"]
    defaultCacheDuration: 1h
${more}`;
}

function parse(...texts: string[]) {
  return parseProviderConfig(texts.map((text, index) => ({ file: `${index}.yaml`, text })));
}

test("reads YAML and JSON into one configuration", () => {
  const json = JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1",
    kind: "CredentialProviderConfig",
    providers: [
      {
        name: "b",
        apiVersion: "credentialprovider.kubelet.k8s.io/v1",
        matchImages: ["reg.io"],
        defaultCacheDuration: "0s",
      },
    ],
  });
  assert.deepEqual(
    parse(yaml("a"), json).providers.map(({ name }) => name),
    ["a", "b"],
  );
});

test("leaves out a provider that requires a service account, with a warning", () => {
  const token =
    "    tokenAttributes: {requireServiceAccount: true, serviceAccountTokenAudience: x, cacheType: Token}\n";
  const { providers, warnings } = parse(yaml("a"), yaml("needs-token", token));
  assert.deepEqual(
    providers.map(({ name }) => name),
    ["a"],
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /needs-token is not used: it requires a pod's service account/);
});

test("keeps a provider that can do without a service account", () => {
  const { providers, warnings } = parse(yaml("a", "    tokenAttributes: {requireServiceAccount: false}\n"));
  assert.deepEqual([providers.length, warnings.length], [1, 0]);
});

const aliases = ["a: &a [x,x,x,x,x,x,x,x,x]"];
for (const name of "bcdefgh") {
  const previous = String.fromCharCode(name.charCodeAt(0) - 1);
  aliases.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join()}]`);
}
const refused: Record<string, [texts: string[], message: RegExp]> = {
  "the same name twice in one file": [
    [`${yaml("a")}${yaml("a").split("providers:\n")[1]}`],
    /config 0\.yaml: providers\[1\]\.name is there twice/,
  ],
  "the same name in two files": [
    [yaml("a"), yaml("a")],
    /config 1\.yaml: providers\[0\]\.name is there twice/,
  ],
  "broken YAML": [[`${yaml("a")}    env: [${canary}`], /config 0\.yaml:8:\d+: it is not valid YAML/],
  "a field twice": [
    [`${yaml("a")}kind: ${canary}\n`],
    /0\.yaml:8:1: it is not valid YAML or JSON \(duplicate key\)$/,
  ],
  "two documents": [[`${yaml("a")}---\n${canary}: 1\n`], /0\.yaml:8:1: .*\(multiple docs\)$/],
  "an alias of nothing": [[`${yaml("a")}    env: *${canary}\n`], /0\.yaml.*: it is not valid YAML/],
  "aliases of aliases of aliases": [[aliases.join("\n")], /0\.yaml: it is not valid YAML: its aliases/],
  "an empty file": [[""], /0\.yaml: must be an object$/],
};
for (const [name, [texts, message]] of Object.entries(refused)) {
  test(`refuses ${name} and quotes nothing`, () => {
    assert.throws(
      () => parse(...texts),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.ok(!`${error.stack} ${String(error.cause)}`.includes(canary));
        return true;
      },
    );
  });
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-provider-config-"));
  try {
    await mkdir(join(folder, "bin"));
    await mkdir(join(folder, "conf"));
    for (const name of ["a", "b"]) await writeFile(join(folder, "bin", name), "#!/bin/sh\n", { mode: 0o755 });
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("reads a file", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "conf", "x"), yaml("a"));
    const { providers } = await readProviderConfig(join(folder, "conf", "x"), join(folder, "bin"));
    assert.deepEqual(
      providers.map(({ name }) => name),
      ["a"],
    );
  });
});

test("reads the files of a folder by name, and only those that end as configurations do", async () => {
  await withFolder(async (folder) => {
    const conf = join(folder, "conf");
    await writeFile(join(conf, "2.yaml"), yaml("a"));
    await writeFile(join(conf, "1.yml"), yaml("b"));
    await writeFile(join(conf, "0.txt"), canary);
    await mkdir(join(conf, "3.yaml"));
    const { providers } = await readProviderConfig(conf, join(folder, "bin"));
    assert.deepEqual(
      providers.map(({ name }) => name),
      ["b", "a"],
    );
  });
});

test("refuses a folder without a configuration", async () => {
  await withFolder(async (folder) => {
    const read = readProviderConfig(join(folder, "conf"), join(folder, "bin"));
    await assert.rejects(read, { name: "ConfigError", message: /conf: the folder has no \.json/ });
  });
});

test("refuses a path that is not there", async () => {
  await withFolder(async (folder) => {
    const read = readProviderConfig(join(folder, "none"), join(folder, "bin"));
    await assert.rejects(read, {
      name: "ConfigError",
      message: /config .*none: cannot be read: there is no such file/,
    });
  });
});

const plugins: Record<string, [name: string, mode: number | "folder", message: RegExp]> = {
  "is not there": ["none", 0o755, /plugin .*bin\/gone: cannot be read: there is no such file/],
  "is not executable": ["gone", 0o644, /plugin .*bin\/gone: .*EACCES|permission denied/],
  "is a folder": ["gone", "folder", /plugin .*bin\/gone: it is not a file$/],
};
for (const [name, [file, mode, message]] of Object.entries(plugins)) {
  test(`refuses a configuration whose plugin ${name}`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "bin", file);
      if (mode === "folder") await mkdir(path);
      else await writeFile(path, "", { mode });
      await writeFile(join(folder, "conf", "x"), yaml("gone"));
      const read = readProviderConfig(join(folder, "conf", "x"), join(folder, "bin"));
      await assert.rejects(read, { name: "ConfigError", message });
    });
  });
}
