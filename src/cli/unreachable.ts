import { formatDuration } from "../lib/duration.ts";
import { printable } from "../lib/printable.ts";
import type { RuntimeError } from "../runtime/errors.ts";
import { findSockets, usualSockets } from "../runtime/usual-sockets.ts";

/** What to tell someone whose runtime did not answer: which socket, why, and where runtimes usually are. */
export async function describeUnreachable(
  socket: string,
  timeoutMs: number,
  error: RuntimeError,
): Promise<string> {
  const elsewhere = (await findSockets()).filter((path) => path !== socket);
  const usual = usualSockets.map(({ path, runtime }) => `${path} (${runtime})`).join(", ");
  const hint = elsewhere.length > 0 ? `found here: ${elsewhere.join(", ")}` : `usual: ${usual}`;
  const within = formatDuration(timeoutMs);
  return `--cri-socket: no container runtime answered at ${printable(socket)} within ${within}: ${error.message}; name the right socket (${hint})`;
}
