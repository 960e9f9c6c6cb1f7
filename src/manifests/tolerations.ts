import { flagError, quote } from "./flag-error.ts";
import { findLabelKeyFault, findLabelValueFault } from "./kube-name.ts";
import type { Toleration } from "./kube-object.ts";

const flag = "--tolerations";
const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const fields = ["key", "operator", "value", "effect", "tolerationSeconds"];

/**
 * The tolerations that the texts ask for: each is a JSON array as in a pod, or `key=value:effect` with commas
 * between (`key:effect`, `key=value` and `key` leave parts open). Without any text every taint is tolerated;
 * an empty text tolerates none. Throws a `ConfigError`.
 */
export function parseTolerations(texts: readonly string[]): Toleration[] {
  if (texts.length === 0) return [{ operator: "Exists" }];
  const tolerations = texts.flatMap((text) =>
    text.trim().startsWith("[") ? parseJson(text) : parseShort(text),
  );
  return tolerations.map(checkToleration);
}

function parseShort(text: string): Toleration[] {
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map(parseTaint);
}

function parseTaint(text: string): Toleration {
  const [, key = "", value, effect] = /^([^=:]*)(?:=([^:]*))?(?::(.*))?$/s.exec(text) ?? [];
  if (key === "" || effect === "") {
    throw flagError(flag, `${quote(text)} has no ${key === "" ? "key" : "effect"}; write key=value:effect`);
  }
  return {
    key,
    ...(value === undefined ? { operator: "Exists" as const } : { operator: "Equal" as const, value }),
    ...(effect !== undefined && { effect }),
  };
}

function parseJson(text: string): Toleration[] {
  return readArray(text).map(toToleration);
}

function readArray(text: string): unknown[] {
  try {
    // It begins with a bracket: if anything, it is an array.
    return JSON.parse(text);
  } catch {
    throw flagError(flag, `${quote(text)} is no valid JSON; write [{"key":"a","operator":"Exists"}]`);
  }
}

function toToleration(item: unknown): Toleration {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw flagError(
      flag,
      `${quote(JSON.stringify(item))} is no toleration; write an object such as {"key":"a"}`,
    );
  }
  for (const [name, value] of Object.entries(item)) {
    if (!fields.includes(name)) {
      throw flagError(flag, `${quote(name)} is no field of a toleration; those are ${fields.join(", ")}`);
    }
    const type = name === "tolerationSeconds" ? "number" : "string";
    if (typeof value !== type) throw flagError(flag, `${name} must be a ${type}`);
  }
  return item;
}

function checkToleration(toleration: Toleration): Toleration {
  const fault = findFault(toleration);
  if (fault === undefined) return toleration;
  throw flagError(flag, `${quote(JSON.stringify(toleration))}: ${fault}`);
}

function findFault(toleration: Toleration): string | undefined {
  const { key = "", operator = "Equal", value = "", effect = "", tolerationSeconds } = toleration;
  if (operator !== "Exists" && operator !== "Equal") return "operator must be Exists or Equal";
  if (operator === "Exists" && value !== "") return "Exists takes no value; use Equal";
  if (operator === "Equal" && key === "") return "without a key, operator must be Exists";
  if (effect !== "" && !effects.includes(effect)) return `effect must be one of ${effects.join(", ")}`;
  if (tolerationSeconds !== undefined && effect !== "NoExecute") return "tolerationSeconds needs NoExecute";
  if (tolerationSeconds !== undefined && !Number.isSafeInteger(tolerationSeconds)) {
    return "tolerationSeconds must be whole";
  }
  return (key === "" ? undefined : findLabelKeyFault(key)) ?? findLabelValueFault(value);
}
