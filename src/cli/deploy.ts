import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";
import type { KubeObject } from "../manifests/kube-object.ts";
import { parseImageList } from "../sources/list-file.ts";
import { version } from "../version.ts";
import type { CliContext } from "./context.ts";
import { type DeployOptions, deployCommand } from "./deploy-options.ts";
import { exitCodes } from "./exit-codes.ts";
import { renderHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";

const maxWarnings = 10;

/** `prestow deploy`; resolves to its exit status. Throws a `ConfigError`. */
export async function runDeployCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const parsed = parseArguments(deployCommand.options, argv);
  if (parsed.help) {
    context.stdout.write(renderHelp(deployCommand));
    return exitCodes.ok;
  }
  const { options, positionals } = parsed;
  const objects =
    options.strategy === "agent"
      ? await createAgent(argv, options, context)
      : await createFetch(options, positionals, context);
  const { renderYaml } = await import("../manifests/yaml.ts");
  context.stdout.write(renderYaml(objects));
  return exitCodes.ok;
}

// What follows is loaded only here, so that a run of fetch pays neither for it nor for the YAML library.

async function createFetch(
  options: DeployOptions,
  positionals: readonly string[],
  context: CliContext,
): Promise<KubeObject[]> {
  const [{ parseSettings }, { createManifest }, { checkStrategyFlags }] = await Promise.all([
    import("../manifests/parse-settings.ts"),
    import("../manifests/manifest.ts"),
    import("./deploy-strategy.ts"),
  ]);
  checkStrategyFlags(options);
  const imageList = await readList(options);
  refuseAgentFlags(positionals);
  const settings = parseSettings(options, positionals, { ownVersion: version, imageList });
  warnOfList(imageList, options, context);
  return createManifest(settings);
}

function refuseAgentFlags(positionals: readonly string[]): void {
  const flag = positionals.find((argument) => argument.startsWith("-"));
  if (flag === undefined) return;
  throw new ConfigError(
    `--: flags behind it, such as ${printable(flag.split("=", 1)[0] ?? "", 60)}, need --strategy agent`,
  );
}

/** The flags behind `--` are the agent's. */
async function createAgent(
  argv: readonly string[],
  options: DeployOptions,
  context: CliContext,
): Promise<KubeObject[]> {
  const { createAgentObjects } = await import("./deploy-agent.ts");
  const imageList = await readList(options);
  const { own, agent } = splitArguments(argv);
  const parsed = parseArguments(deployCommand.options, own);
  const positionals = parsed.help ? [] : parsed.positionals;
  const objects = createAgentObjects(options, positionals, agent, { ownVersion: version, imageList });
  warnOfList(imageList, options, context);
  return objects;
}

function splitArguments(argv: readonly string[]): { own: readonly string[]; agent: readonly string[] } {
  const end = argv.indexOf("--");
  return end < 0 ? { own: argv, agent: [] } : { own: argv.slice(0, end), agent: argv.slice(end + 1) };
}

async function readList({ imageList: path }: DeployOptions): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const { readListText } = await import("../manifests/image-list.ts");
  return await readListText(path);
}

// On the nodes each of these would be a failed image, and an empty list nothing to do.
function warnOfList(
  text: string | undefined,
  { imageList: path }: DeployOptions,
  { stderr }: CliContext,
): void {
  if (text === undefined || path === undefined) return;
  const entries = parseImageList(text, path);
  const faults = entries.flatMap((entry) =>
    "reason" in entry ? [`${entry.where}: "${entry.ref}" is no image: ${entry.reason}`] : [],
  );
  const more = faults.length - maxWarnings;
  const lines = [
    ...(entries.length === 0 ? [`--image-list: "${printable(path, 80)}" names no image`] : []),
    ...faults.slice(0, maxWarnings),
    ...(more > 0 ? [`and ${more} more lines that name no image`] : []),
  ];
  for (const line of lines) stderr.write(`prestow: warning: ${line}\n`);
}
