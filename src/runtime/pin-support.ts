import type { RuntimeVersion } from "./runtime.ts";

/**
 * Whether the runtime honours the pin label. containerd's CRI plugin does from 1.6.22 and 1.7.3 on; earlier ones keep the
 * label, list the image as not pinned, and the kubelet's garbage collection takes it as any other.
 */
export function supportsPins({ name, version }: RuntimeVersion): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (name !== "containerd" || numbers === undefined) return false;
  const [major = 0, minor = 0, patch = 0] = numbers;
  if (major !== 1) return major > 1;
  return minor > 7 || (minor === 7 && patch >= 3) || (minor === 6 && patch >= 22);
}
