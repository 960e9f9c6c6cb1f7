import { createHash } from "node:crypto";
import { findDigestFault, isKnownAlgorithm, parseDigest } from "../image/digest.ts";
import { RegistryError } from "./errors.ts";
import type { Answer } from "./exchange.ts";

const mediaTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** The manifests that runtimes can pull. */
export const acceptedManifests = mediaTypes.join(", ");

/** The digest that a registry says a manifest has; undefined where it says none. */
export function declaredDigest({ headers }: Pick<Answer, "headers">): string | undefined {
  const digest = headers["docker-content-digest"];
  if (typeof digest !== "string" || findDigestFault(digest) !== undefined) return undefined;
  return isKnownAlgorithm(parseDigest(digest).algorithm) ? digest : undefined;
}

/** The digest of a manifest that was got whole; throws a `RegistryError` where it is not what the registry says. */
export function verifiedDigest(answer: Answer): string {
  refuseSchema1(answer);
  const declared = declaredDigest(answer);
  const algorithm = declared === undefined ? "sha256" : parseDigest(declared).algorithm;
  const computed = `${algorithm}:${createHash(algorithm).update(answer.body).digest("hex")}`;
  if (declared === undefined || declared === computed) return computed;
  throw new RegistryError(`its manifest has the digest ${computed}, and it says ${declared}`, {
    kind: "corrupt",
  });
}

/** Throws for manifests of 2015, whose signature is part of what is sent; no runtime pulls them any more. */
export function refuseSchema1({ headers }: Pick<Answer, "headers">): void {
  if (!/manifest\.v1\+(?:json|prettyjws)/.test(headers["content-type"] ?? "")) return;
  if (/vnd\.oci\./.test(headers["content-type"] ?? "")) return;
  throw new RegistryError("its manifest is of schema 1, which runtimes do not pull", { kind: "unsupported" });
}
