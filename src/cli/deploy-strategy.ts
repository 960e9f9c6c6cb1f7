import { ConfigError } from "../lib/config-error.ts";
import { type DeployOptions, deployCommand } from "./deploy-options.ts";
import { defaultValue } from "./option-value.ts";
import { type Option, optionKey } from "./options.ts";

const behind = "give it behind the --";

/** Flags that mean nothing for an agent, and what does. */
const ofFetch: Readonly<Record<string, string>> = {
  "collect-metrics": "an agent serves its own /metrics",
  "service-type": "an agent serves its own /metrics, without a Service",
  "max-parallel": behind,
  "start-jitter": behind,
};

/** Refuses flags that mean nothing for the strategy that is asked for. Throws a `ConfigError`. */
export function checkStrategyFlags(options: DeployOptions): void {
  const values = new Map<string, unknown>(Object.entries(options));
  const given = Object.entries<Option>(deployCommand.options).filter(([name, option]) => {
    return option.type !== "list" && values.get(optionKey(name, option)) !== defaultValue(option);
  });
  for (const [name, { group }] of given) {
    if (options.strategy === "fetch" && (group === "With --strategy agent" || name.startsWith("agent-")))
      throw new ConfigError(`--${name}: it needs --strategy agent`);
    if (options.strategy === "agent") checkAgentFlag(name);
  }
  if (options.strategy === "agent" && options.kind === "daemonset" && options.replicas !== 1)
    throw new ConfigError("--replicas: it needs --kind deployment; a DaemonSet has a pod on each node");
}

function checkAgentFlag(name: string): void {
  const advice = /^(fetch|sleep)-/.test(name)
    ? "an agent's are --agent-cpu-limit and its like"
    : ofFetch[name];
  if (advice !== undefined) throw new ConfigError(`--${name}: it is for --strategy fetch; ${advice}`);
}
