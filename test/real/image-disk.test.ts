import assert from "node:assert/strict";
import { statfs } from "node:fs/promises";
import { describe, test } from "node:test";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import { createImageDisk } from "../../src/runtime/cri-image-disk.ts";
import { containerdMatrix } from "../containerd/matrix.ts";
import { useNode } from "./node.ts";

for (const kind of containerdMatrix) {
  describe(`room for images, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("is that of the filesystem which the runtime names", async (t) => {
      const channel = createChannel({ target: { path: node().socket } });
      t.after(() => channel.close());
      const runtime = createCriRuntime(channel);
      const disk = createImageDisk({ runtime, statePath: "/proc" });
      const space = await disk.read({ timeoutMs: 30_000 });
      const { bsize, blocks } = await statfs(node().socket);
      assert.equal(space?.totalBytes, bsize * blocks);
      assert.ok((space?.freeBytes ?? 0) > 0);
    });
  });
}
