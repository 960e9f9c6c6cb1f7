import type { ImageReference } from "../image/reference.ts";
import type { CallBounds } from "../lib/call-bounds.ts";
import type { Clock } from "../lib/clock.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";

/** Image registries, as far as a name's digest goes. */
export interface RegistryClient {
  /**
   * The digest that a reference names now, `sha256:…`; of an index, where it names one. A reference that has a digest
   * is not asked for. Credentials are tried one after another until one is let in; none means anonymous. Throws a
   * `RegistryError`, or the signal's reason.
   */
  resolveDigest(image: ImageReference, auths: readonly RegistryAuth[], bounds: CallBounds): Promise<string>;
  /** Ends the connections that are open. */
  close(): void;
}

export interface RegistryClientOptions {
  /** `prestow/VERSION`: what registries' logs say of us. */
  readonly userAgent: string;
  /** For dates in Retry-After. */
  readonly clock: Pick<Clock, "dateMs">;
  /** `HOST:PORT` of registries that are spoken to without TLS; all others with it. */
  readonly plainHttpHosts?: readonly string[];
  /** PEM; undefined: the authorities that Node.js trusts. */
  readonly ca?: string;
}
