import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { printable } from "../lib/printable.ts";
import { type ProcessLimits, type ProcessResult, runBoundedProcess } from "./bounded-process.ts";
import { hideWords } from "./hidden-words.ts";
import type { ProviderConfig } from "./provider-config.ts";
import { CredentialProviderError } from "./provider-error.ts";
import { type ProviderResponse, parseProviderResponse } from "./provider-response.ts";

/** Asks a plugin for the credentials of a repository, `registry.example.com/team/app`. */
export type AskPlugin = (repository: string, signal: AbortSignal) => Promise<ProviderResponse>;

export interface PluginOptions {
  readonly config: ProviderConfig;
  /** The folder of the plugin. */
  readonly binDir: string;
  /** Our own environment: plugins find their metadata service, proxy and home in it (kubernetes#102750). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly limits?: Partial<ProcessLimits>;
}

const defaultLimits: ProcessLimits = {
  timeoutMs: 60_000, // the kubelet's
  maxStdoutBytes: 1024 * 1024,
  maxStderrBytes: 4096,
  drainMs: 1000,
};

/**
 * Runs a plugin for each call by the credential provider protocol v1 (KEP-2133): request on its input,
 * answer on its output. Calls throw a `CredentialProviderError`, or their signal's reason.
 */
export function createAskPlugin({ config, binDir, env, clock, limits }: PluginOptions): AskPlugin {
  const { name, apiVersion, args } = config;
  const file = join(binDir, name);
  const bounds = { ...defaultLimits, ...limits };
  return async (repository, signal) => {
    const stdin = JSON.stringify({ kind: "CredentialProviderRequest", apiVersion, image: repository });
    const request = { file, args, env: { ...env, ...config.env }, stdin };
    const result = await runBoundedProcess(request, bounds, clock, signal);
    if (result.kind === "exit" && result.status === 0) return parseProviderResponse(result.stdout, config);
    const secrets = listSecretValues(config.env);
    throw new CredentialProviderError(name, result.kind, describeFailure(result, bounds, secrets));
  };
}

function describeFailure(result: ProcessResult, limits: ProcessLimits, secrets: string): string {
  switch (result.kind) {
    case "spawn":
      return `it cannot be started (${result.code}); check the file, its mode and its interpreter`;
    case "timeout":
      return `it did not end within ${limits.timeoutMs / 1000} s and was killed${describeStderr(result, secrets)}`;
    case "output-too-large":
      return `it wrote more than ${limits.maxStdoutBytes} bytes and was killed`;
    case "exit":
      return `it ended with ${describeStatus(result.status)}${describeStderr(result, secrets)}`;
  }
}

function describeStatus(status: number | string): string {
  return typeof status === "number" ? `status ${status}` : status;
}

function describeStderr({ stdout, stderr }: { stdout: string; stderr: string }, secrets: string): string {
  const shown = printable(hideWords(stderr.trim(), `${stdout}\n${secrets}`), 1000);
  return shown === "" ? "" : `: ${shown}`;
}

// By their names, as most values of an environment, such as a region, are what a message is about.
function listSecretValues(env: ProviderConfig["env"]): string {
  const secret = Object.entries(env).filter(([name]) => /secret|token|passw|key|cred/i.test(name));
  return secret.map(([, value]) => value).join("\n");
}
