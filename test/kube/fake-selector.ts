import type { FakeObject } from "./fake-resource.ts";

/** Whether an object is one that a query asks for: equality of labels, and `metadata.name`. */
export function isSelected(object: FakeObject, query: URLSearchParams): boolean {
  const { name, labels = {} } = object.metadata;
  for (const [key = "", value] of pairs(query.get("labelSelector"))) if (labels[key] !== value) return false;
  for (const [key, value] of pairs(query.get("fieldSelector"))) {
    if (key !== "metadata.name") throw new Error(`field selector ${key} is not known to the fake`);
    if (name !== value) return false;
  }
  return true;
}

function pairs(text: string | null): string[][] {
  return (text ?? "")
    .split(",")
    .filter((part) => part !== "")
    .map((part) => part.split("="));
}
