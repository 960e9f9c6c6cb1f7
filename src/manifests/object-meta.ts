import type { ObjectMeta } from "./kube-object.ts";
import type { DeploySettings } from "./settings.ts";

/** What names the objects of an instance. */
export type InstanceName = Pick<DeploySettings, "name" | "namespace">;

interface MetaParts {
  /** Added to the name of the instance. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The metadata of a namespaced object; without `--namespace` whoever applies it says which. */
export function objectMeta({ name, namespace }: InstanceName, parts: MetaParts = {}): ObjectMeta {
  const { suffix = "", ...rest } = parts;
  return { name: `${name}${suffix}`, ...(namespace !== undefined && { namespace }), ...rest };
}

/** The namespace of the ServiceAccount where an object of the whole cluster has to name it. */
export function subjectNamespace({ namespace }: Pick<InstanceName, "namespace">): string {
  return namespace ?? "default";
}
