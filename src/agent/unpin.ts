import type { Logger } from "../lib/log.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { ImagePins } from "../runtime/image-pins.ts";

const callTimeoutMs = 10_000;

/**
 * Takes every pin of ours on this node away, and resolves to how many there were. One that cannot be taken away
 * does not keep the others; then it throws a `RuntimeError` of the kind of the first.
 */
export async function unpinAll(pins: ImagePins, log: Logger, signal: AbortSignal): Promise<number> {
  const bounds = { timeoutMs: callTimeoutMs, signal };
  const own = await pins.listOwn(bounds);
  const failures: RuntimeError[] = [];
  let unpinned = 0;
  for (const { imageId } of own) {
    try {
      if (await pins.unpin(imageId, bounds)) unpinned += 1;
      log.debug("image unpinned", { imageId });
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      log.warn("a pin cannot be taken away", { imageId, kind: error.kind, error });
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first === undefined) return unpinned;
  const message = `${failures.length} of ${own.length} pins cannot be taken away; the first: ${first.message}`;
  throw new RuntimeError(message, { kind: first.kind, cause: first });
}
