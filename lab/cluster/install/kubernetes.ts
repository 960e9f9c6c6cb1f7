import { createHash } from "node:crypto";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { installOnce } from "../../install/cached.ts";
import type { InstallContext } from "../../install/context.ts";
import { namedFolder } from "../../install/tools.ts";
import { findProgramFolder } from "../../install/which.ts";
import { runCommand } from "../../run-command.ts";

/** The programs of the one binary, by the names that pick them. */
export const kubernetesPrograms = [
  "coredns",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubectl",
  "kubelet",
] as const;

const source = join(import.meta.dirname, "..", "kube-binary");

/** The version of Kubernetes that a go.mod asks for. Throws where it asks for none. */
export function parseKubernetesVersion(goMod: string): string {
  const version = /^\s*k8s\.io\/kubernetes (v\S+)$/m.exec(goMod)?.[1];
  if (version === undefined)
    throw new Error("the go.mod of the Kubernetes programs names no k8s.io/kubernetes");
  return version;
}

/** The linker flags without which clients are told the version v0.0.0. */
export function linkerFlags(version: string): string {
  const [major, minor] = version.slice(1).split(".");
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(values).map(([name, value]) => {
    return `-X k8s.io/component-base/version.${name}=${value}`;
  });
  return ["-s", "-w", ...settings].join(" ");
}

async function build(into: string, version: string, context: InstallContext): Promise<void> {
  if (findProgramFolder("go", context.environment) === undefined) {
    throw new Error(
      `Kubernetes ${version} is built from Go modules and there is no go on PATH: install Go 1.26 or later, ` +
        "or name a folder of ready programs by PRESTOW_LAB_BIN",
    );
  }
  context.say(`building Kubernetes ${version} from Go modules (once, some six minutes) …`);
  const bin = join(into, "bin");
  await mkdir(bin);
  const output = ["-o", join(bin, "kubernetes")];
  // Two compilers at a time: more of them need more memory than a small machine has.
  await runCommand(["go", "build", "-p=2", "-trimpath", `-ldflags=${linkerFlags(version)}`, ...output, "."], {
    cwd: source,
    environment: { ...context.environment, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
    ...(context.signal ? { signal: context.signal } : {}),
  });
  for (const name of kubernetesPrograms) await symlink("kubernetes", join(bin, name));
}

/** The folder of Kubernetes' programs and CoreDNS: `PRESTOW_LAB_BIN`, or built from Go modules into the cache. */
export async function installKubernetes(context: InstallContext): Promise<string> {
  const named = kubernetesPrograms.map((name) => namedFolder(name, context));
  if (named[0] !== undefined && !named.includes(undefined)) return named[0];
  const texts = await Promise.all(["go.mod", "main.go"].map((name) => readFile(join(source, name), "utf8")));
  const version = parseKubernetesVersion(texts[0] ?? "");
  const hash = createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 8);
  const folder = join(context.cache, `kubernetes-${version}-${hash}-${process.arch}`);
  return join(await installOnce(folder, (into) => build(into, version, context)), "bin");
}
