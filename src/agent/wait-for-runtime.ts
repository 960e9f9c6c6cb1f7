import type { Clock } from "../lib/clock.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { ImageRuntime, RuntimeVersion } from "../runtime/runtime.ts";

const retryMs = 250;
const callTimeoutMs = 5000;

/**
 * Waits for the first answer of the runtime: at boot it may come up after us. Throws the last `RuntimeError`
 * after `timeoutMs`, or the signal's reason. `onWait` hears once why there is a wait.
 */
export async function waitForRuntime(
  runtime: Pick<ImageRuntime, "version">,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
  onWait: (error: RuntimeError) => void = () => {},
): Promise<RuntimeVersion> {
  let said = false;
  const endMs = clock.nowMs() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(1, endMs - clock.nowMs());
    try {
      return await runtime.version({ timeoutMs: Math.min(callTimeoutMs, leftMs), signal });
    } catch (error) {
      if (!(error instanceof RuntimeError) || clock.nowMs() + retryMs >= endMs) throw error;
      if (!said) onWait(error);
      said = true;
    }
    await clock.sleep(retryMs, signal);
  }
}
