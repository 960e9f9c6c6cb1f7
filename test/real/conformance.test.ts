import { createChannel } from "../../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../../src/runtime/cri.ts";
import { containerdMatrix, startTestContainerd } from "../containerd/matrix.ts";
import { runImageServiceConformance } from "../cri/conformance.ts";
import { createRegistrySubject } from "../cri/registry-subject.ts";
import { startTestRegistry } from "../registry/registry.ts";

for (const kind of containerdMatrix) {
  runImageServiceConformance(`${kind} containerd`, async () => {
    const registry = await startTestRegistry();
    const containerd = await startTestContainerd(kind, { plainHttpRegistries: [registry.host] });
    const runtime = createCriRuntime(createChannel({ target: { path: containerd.socket } }));
    const subject = createRegistrySubject(runtime, registry);
    return {
      ...subject,
      async close() {
        await subject.close();
        await containerd.dispose();
      },
    };
  });
}
