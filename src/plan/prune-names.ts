import { InvalidReferenceError, normalizedName, parseReference } from "../image/reference.ts";

/** The normalized form of a name that a runtime gave; undefined where it is no reference (`<none>`, an image id). */
export function normalizeName(name: string): string | undefined {
  try {
    return normalizedName(parseReference(name));
  } catch (error) {
    if (error instanceof InvalidReferenceError) return undefined;
    throw error;
  }
}

/** The repository of a normalized name: `docker.io/library/debian` of `docker.io/library/debian:12`. */
export function repositoryOf(name: string): string {
  const at = name.indexOf("@");
  if (at !== -1) return name.slice(0, at);
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}

/** The digest of a name that has one. */
export function digestOf(name: string): string | undefined {
  const at = name.indexOf("@");
  return at === -1 ? undefined : name.slice(at + 1);
}
