import { printable } from "../lib/printable.ts";
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
  context.stdout.write(await createText(parsed.options, parsed.positionals, context));
  return exitCodes.ok;
}

async function createText(
  options: DeployOptions,
  positionals: readonly string[],
  context: CliContext,
): Promise<string> {
  // Only here, so that a run of fetch pays neither for these nor for the YAML library.
  const [{ readListText }, { parseSettings }, { createManifest }, { renderYaml }] = await Promise.all([
    import("../manifests/image-list.ts"),
    import("../manifests/parse-settings.ts"),
    import("../manifests/manifest.ts"),
    import("../manifests/yaml.ts"),
  ]);
  const path = options.imageList;
  const imageList = path === undefined ? undefined : await readListText(path);
  const settings = parseSettings(options, positionals, { ownVersion: version, imageList });
  if (path !== undefined && imageList !== undefined) warnOfList(imageList, path, context);
  return renderYaml(createManifest(settings));
}

// On the nodes each of these would be a failed image, and an empty list nothing to do.
function warnOfList(text: string, path: string, { stderr }: CliContext): void {
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
