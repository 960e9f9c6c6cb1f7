import { InvalidReferenceError, parseReference } from "../../image/reference.ts";
import { shownText } from "../../image/shown-text.ts";
import { ConfigError } from "../../lib/config-error.ts";
import { printable } from "../../lib/printable.ts";
import { findDnsLabelFault, findDnsSubdomainFault } from "../../manifests/kube-name.ts";
import type { HoldConfig } from "../config.ts";
import { createFaultCollector, variableError } from "./config-faults.ts";
import { parseImages } from "./parse-images.ts";
import { parseAffinity, parseAnnotations, parseNodeLabels, parseTolerationList } from "./parse-json.ts";
import { parseIntervalMs, parseMaxNodes, parseMode } from "./parse-numbers.ts";
import { parseHeldResources } from "./parse-resources.ts";
import { type HoldVariable, readVariable, type Variables } from "./variables.ts";

const oneHourMs = 3_600_000;

/**
 * What the environment asks `prestow hold` to do; docs/hold.md has each variable. Throws a `HoldConfigError` that tells
 * of everything that is wrong, one line each.
 */
export function parseHoldConfig(variables: Variables): HoldConfig {
  const faults = createFaultCollector();
  const read = (name: HoldVariable) => readVariable(variables, name);
  const optional = <T>(name: HoldVariable, parse: (text: string) => T, otherwise: string): T | undefined =>
    faults.attempt(() => parse(read(name) ?? otherwise));
  const required = <T>(name: HoldVariable, parse: (text: string) => T): T | undefined =>
    faults.attempt(() => parse(read(name) ?? refuseMissing(name)));
  const whereGiven = <T>(name: HoldVariable, parse: (text: string) => T): T | undefined =>
    faults.attempt(() => parseGiven(read(name), parse));

  const interval = required("CACHING_INTERVAL_HOURS", (text) => ({ text, ms: parseIntervalMs(text) }));
  const parts = {
    daemonSetName: optional("DAEMONSET_NAME", objectName("DAEMONSET_NAME"), "kubernetes-image-puller"),
    daemonSetAnnotations: optional("DAEMONSET_ANNOTATIONS", parseAnnotations, "{}"),
    namespace: optional("NAMESPACE", parseNamespace, "k8s-image-puller"),
    deploymentName: required("DEPLOYMENT_NAME", objectName("DEPLOYMENT_NAME")),
    images: required("IMAGES", parseImages),
    resources: faults.attempt(() => parseHeldResources(read)),
    nodeSelector: optional("NODE_SELECTOR", parseNodeLabels, "{}"),
    affinity: optional("AFFINITY", parseAffinity, "{}"),
    tolerations: optional("TOLERATIONS", parseTolerationList, "[]"),
    imagePullSecrets: optional("IMAGE_PULL_SECRETS", parsePullSecrets, ""),
    mode: optional("MODE", parseMode, "containers"),
    maxNodes: optional("MAX_NODES", parseMaxNodes, "10%"),
  };
  const kipImage = whereGiven("KIP_IMAGE", parseKipImage);
  const priorityClassName = whereGiven("PRIORITY_CLASS_NAME", objectName("PRIORITY_CLASS_NAME"));
  faults.finish();
  const warnings =
    interval === undefined || interval.ms !== undefined ? [] : [intervalWarning(interval.text)];
  return {
    ...assertComplete(parts),
    intervalMs: interval?.ms ?? oneHourMs,
    kipImage,
    priorityClassName,
    ...(warnings.length > 0 && { warnings }),
  };
}

type Complete<T> = { [K in keyof T]: Exclude<T[K], undefined> };

// What is undefined has left a fault behind, so `finish` has thrown; only the compiler does not know.
function assertComplete<T extends object>(parts: T): Complete<T> {
  if (isComplete(parts)) return parts;
  throw new Error("a part of the configuration is missing without a fault");
}

function isComplete<T extends object>(parts: T): parts is T & Complete<T> {
  return Object.values(parts).every((part) => part !== undefined);
}

function refuseMissing(name: HoldVariable): never {
  throw new ConfigError(
    `${name}: it is not set, and there is no default; set it in the controller's environment`,
  );
}

function parseGiven<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}

function objectName(name: HoldVariable): (text: string) => string {
  return (text) => checkName(name, text, findDnsSubdomainFault(text));
}

function parseNamespace(text: string): string {
  return checkName("NAMESPACE", text, findDnsLabelFault(text));
}

function parsePullSecrets(text: string): string[] {
  const names = text.split(";").map((name) => name.trim());
  const given = [...new Set(names.filter((name) => name !== ""))];
  return given.map(objectName("IMAGE_PULL_SECRETS"));
}

function checkName(variable: HoldVariable, text: string, fault: string | undefined): string {
  if (fault === undefined) return text;
  throw variableError(variable, text, `is no name: ${fault}`);
}

function parseKipImage(text: string): string {
  try {
    return parseReference(text).text;
  } catch (error) {
    if (!(error instanceof InvalidReferenceError)) throw error;
    throw new ConfigError(`KIP_IMAGE: "${shownText(text)}" names no image: ${error.reason}`);
  }
}

function intervalWarning(text: string): string {
  return `CACHING_INTERVAL_HOURS: "${printable(text, 80)}" is no number of hours; 1 is used`;
}
