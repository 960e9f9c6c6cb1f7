import { buildImage } from "../../lab/images/build.ts";
import type { ImageRuntime } from "../../src/runtime/runtime.ts";
import type { TestRegistry } from "../registry/registry.ts";
import type { ConformanceSubject } from "./conformance.ts";

/** A real runtime for the conformance suite, with a registry that it reaches over plain HTTP; closes both. */
export function createRegistrySubject(runtime: ImageRuntime, registry: TestRegistry): ConformanceSubject {
  return {
    runtime,
    registry: registry.host,
    publish(repository, tag) {
      const image = buildImage({ layers: [{ seed: repository, sizeBytes: 10_000 }] });
      registry.add(repository, tag, image);
      return image.manifest.digest;
    },
    hang: (repository) => void registry.fault(repository, { on: "any", kind: "hang" }),
    async close() {
      runtime.close();
      await registry.close();
    },
  };
}
