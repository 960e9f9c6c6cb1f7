import type { Random } from "../../lib/clock.ts";

/** A random (version 4) UUID, which tells one attempt from all others on all nodes. */
export function createAttemptId(random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  const hex = Buffer.from(bytes).toString("hex");
  const variant = "89ab"[Math.floor(random() * 4)] ?? "8";
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20)].join("-");
}
