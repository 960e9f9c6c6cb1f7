import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A service account's folder as the kubelet mounts it. */
export interface ServiceAccount {
  readonly folder: string;
  /** Replaces the token in one step. */
  rotate(token: string): Promise<void>;
  remove(): Promise<void>;
}

export async function createServiceAccount(token: string, ca: string): Promise<ServiceAccount> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-account-"));
  const rotate = async (next: string) => {
    await writeFile(join(folder, "next"), `${next}\n`);
    await rename(join(folder, "next"), join(folder, "token"));
  };
  await writeFile(join(folder, "ca.crt"), ca);
  await rotate(token);
  return { folder, rotate, remove: () => rm(folder, { recursive: true }) };
}
