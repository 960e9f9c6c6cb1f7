import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../image/reference.ts";
import type { RequestedImage } from "../sources/source.ts";
import { listSecrets } from "./agent-keyring.ts";

function request(ref: string, namespace: string, pullSecrets: readonly string[]): RequestedImage {
  const owner = { kind: "Fleet", namespace, name: "f" };
  return { ref, where: "", owner, placement: undefined, pullSecrets };
}

function sourceOf(...images: RequestedImage[]) {
  return { current: () => ({ source: "fleets", state: "synced", detail: undefined, images }) as const };
}

test("an image gets the secrets of all who ask for it, each once, of the chosen namespaces only", () => {
  const sources = [
    sourceOf(
      request("game:1", "a", ["one", "two"]),
      request("docker.io/library/game:1", "a", ["two", "three"]),
    ),
    sourceOf(request("game:1", "b", ["four"]), request("game:2", "a", ["five"]), request("::", "a", ["six"])),
  ];
  assert.deepEqual(
    listSecrets(sources, parseReference("game:1"), new Set(["a"])),
    ["one", "two", "three"].map((name) => ({ namespace: "a", name })),
  );
});
