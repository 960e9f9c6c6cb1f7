import assert from "node:assert/strict";
import { createAgentObjects } from "../../src/cli/deploy-agent.ts";
import { deployCommand } from "../../src/cli/deploy-options.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import type { KubeObject } from "../../src/manifests/kube-object.ts";
import { createManifest } from "../../src/manifests/manifest.ts";
import { parseSettings } from "../../src/manifests/parse-settings.ts";
import type { DeploySettings } from "../../src/manifests/settings.ts";

/** What `prestow deploy` of version 1.2.3 makes of a command line; `imageList` is the text of the list. */
export function settingsOf(argv: readonly string[], imageList?: string): DeploySettings {
  const parsed = parseArguments(deployCommand.options, argv);
  assert.ok(!parsed.help);
  return parseSettings(parsed.options, parsed.positionals, { ownVersion: "1.2.3", imageList });
}

/** The objects of that command line. */
export function manifestOf(argv: readonly string[], imageList?: string): KubeObject[] {
  return createManifest(settingsOf(argv, imageList));
}

/** The objects of `prestow deploy --strategy agent ARGV -- AGENT`. */
export function agentManifestOf(
  argv: readonly string[],
  agent: readonly string[] = [],
  imageList?: string,
): KubeObject[] {
  const parsed = parseArguments(deployCommand.options, ["--strategy=agent", ...argv]);
  assert.ok(!parsed.help);
  return createAgentObjects(parsed.options, parsed.positionals, agent, { ownVersion: "1.2.3", imageList });
}
