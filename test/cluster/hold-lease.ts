import assert from "node:assert/strict";
import { ownerName } from "./hold-owner.ts";
import { eventually, kubectl } from "./lab.ts";
import { readObject } from "./objects.ts";

interface LeaseObject {
  readonly spec: { readonly holderIdentity?: string };
}

/** Who leads in a namespace: what the Lease says. Throws while nobody does. */
export async function readLeader(namespace: string): Promise<string> {
  const lease = await readObject<LeaseObject>("lease", ownerName, "--namespace", namespace);
  assert.ok(lease.spec.holderIdentity, "nobody leads");
  return lease.spec.holderIdentity;
}

/** Waits until somebody leads, somebody else where one is named; resolves to who it is. */
export function waitForLeader(namespace: string, otherThan?: string): Promise<string> {
  return eventually(async () => {
    const leader = await readLeader(namespace);
    assert.notEqual(leader, otherThan);
    return leader;
  }, 90_000);
}

/** Deletes the Lease, as if that of one who is gone had run out. */
export async function forgetLeader(namespace: string): Promise<void> {
  await kubectl("delete", "lease", ownerName, "--namespace", namespace, "--ignore-not-found");
}
