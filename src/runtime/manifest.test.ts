import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseLayers } from "./manifest.ts";

const layer = (digest: string, size: number) => ({ mediaType: "x", digest, size });
const json = (content: unknown) => Buffer.from(JSON.stringify(content));

test("reads the configuration and the layers of an image manifest, each once", () => {
  const manifest = {
    schemaVersion: 2,
    config: layer("c", 9),
    layers: [layer("a", 5), layer("b", 7), layer("a", 5)],
  };
  assert.deepEqual(parseLayers(json(manifest)), {
    layers: [
      { digest: "c", sizeBytes: 9 },
      { digest: "a", sizeBytes: 5 },
      { digest: "b", sizeBytes: 7 },
    ],
  });
});

const others: Record<string, Buffer> = {
  "an index": json({ schemaVersion: 2, manifests: [layer("a", 5)] }),
  "an image configuration": json({ architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } }),
  "layers of another shape": json({ config: layer("c", 9), layers: ["sha256:a"] }),
  "a list": json([]),
  "broken JSON": Buffer.from("{"),
  "a compressed layer": Buffer.from([0x1f, 0x8b, 8]),
  nothing: Buffer.alloc(0),
};
for (const [name, bytes] of Object.entries(others)) {
  test(`finds no manifest in ${name}`, () => assert.equal(parseLayers(bytes), undefined));
}

test("throws for no bytes at all", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseLayers(Buffer.from(bytes))));
  fc.assert(fc.property(fc.json(), (text) => void parseLayers(Buffer.from(text))));
});
