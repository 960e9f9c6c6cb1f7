import { recordOf, recordsOf, textOf } from "../promotion/json-field.ts";
import type { SlotNode } from "./decide-slots.ts";

/** A node as the API server tells of it, with its name and platform; undefined for what is none. */
export function parseSlotNode(
  object: unknown,
): (SlotNode & { readonly name: string; readonly arch: string }) | undefined {
  const metadata = recordOf(recordOf(object)["metadata"]);
  const status = recordOf(recordOf(object)["status"]);
  const name = textOf(metadata["name"]);
  if (name === undefined) return undefined;
  const is = (type: string) =>
    recordsOf(status["conditions"]).some((each) => each["type"] === type && each["status"] === "True");
  return {
    name,
    arch: textOf(recordOf(metadata["labels"])["kubernetes.io/arch"]) ?? "",
    ready: is("Ready"),
    diskPressure: is("DiskPressure"),
  };
}
