import { join } from "node:path";
import type { Environment } from "./paths.ts";
import type { LabEndpoints } from "./state.ts";

/** The variables by which commands find what the lab runs. */
export function labVariables(endpoints: LabEndpoints): Record<string, string> {
  return {
    PRESTOW_LAB_REGISTRY: endpoints.registry,
    PRESTOW_LAB_CRI: endpoints.criSocket,
    PRESTOW_LAB_IMAGES: endpoints.imagesFile,
    PRESTOW_LAB_PRIVATE: endpoints.privateRegistry,
    PRESTOW_LAB_DOCKER_CONFIG: endpoints.dockerConfigFile,
  };
}

/**
 * A command's environment in the lab: the caller's, the lab's variables, and on PATH, before all else, the checkout's
 * `bin` and the lab's tools. `ctr` talks to the lab's containerd by `CONTAINERD_ADDRESS`, where CRI keeps its images.
 */
export function labEnvironment(
  environment: Environment,
  endpoints: LabEndpoints,
  checkout: string,
): Environment {
  const path = [join(checkout, "bin"), ...endpoints.binDirs, environment["PATH"] ?? "/usr/bin:/bin"];
  return {
    ...environment,
    ...labVariables(endpoints),
    CONTAINERD_ADDRESS: endpoints.criSocket,
    CONTAINERD_NAMESPACE: "k8s.io",
    CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS: "true",
    PATH: path.join(":"),
  };
}
