import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import type { Environment } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import type { InstallContext } from "./context.ts";

/**
 * An apt configuration that keeps what apt writes in a folder of ours, beside the machine's own sources, keys and
 * proxies: apt.conf(5). What the machine wants done after each update (emptying its cache, mostly) is not for us. With
 * `ownLists` the lists of packages are ours too; without, the machine's are read.
 */
export function renderAptConfig(folder: string, ownLists: boolean): string {
  const machine = existsSync("/etc/apt/apt.conf") ? "#include /etc/apt/apt.conf;\n" : "";
  const lists = ownLists ? `Dir::State::Lists "${folder}/lists";\n` : "";
  return `${machine}#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Cache "${folder}/cache";
${lists}APT::Sandbox::User "root";
APT::Install-Recommends "false";
`;
}

async function aptEnvironment(context: InstallContext, ownLists: boolean): Promise<Environment> {
  const folder = join(context.cache, "apt");
  for (const name of ["lists/partial", "cache/archives/partial"])
    await mkdir(join(folder, name), { recursive: true });
  // Dir::Etc::Main is read after the machine's apt.conf.d, so that its word is the last.
  const [main, first] = [join(folder, `main-${ownLists}.conf`), join(folder, `first-${ownLists}.conf`)];
  await writeFile(main, renderAptConfig(folder, ownLists));
  await writeFile(first, `Dir::Etc::Main "${main}";\n`);
  return { ...context.environment, APT_CONFIG: first, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
}

/**
 * Downloads Debian packages into a folder. The machine's lists of packages are used first; where they are missing or
 * name what the mirror has no more, lists of our own are fetched. Nothing of the machine changes.
 */
export async function downloadPackages(
  packages: readonly string[],
  into: string,
  context: InstallContext,
): Promise<void> {
  const options = { cwd: into, ...(context.signal ? { signal: context.signal } : {}) };
  await withLock(join(context.cache, "apt.lock"), async () => {
    const download = async (ownLists: boolean): Promise<void> => {
      const environment = await aptEnvironment(context, ownLists);
      if (ownLists) await runCommand(["apt-get", "-q", "update"], { ...options, environment });
      await runCommand(["apt-get", "-q", "download", ...packages], { ...options, environment });
    };
    try {
      await download(false);
    } catch {
      context.signal?.throwIfAborted();
      context.say("this machine's package lists are missing or old: fetching lists into the cache …");
      await download(true);
    }
  });
}
