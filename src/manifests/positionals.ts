import { flagError, quote } from "./flag-error.ts";
import { type Flavor, flavors } from "./settings.ts";

export interface PositionalFlags {
  readonly version: string | undefined;
  readonly k8sFlavor: Flavor | undefined;
  readonly secret: string | undefined;
}

export interface Positionals {
  readonly name: string;
  readonly version: string | undefined;
  readonly flavor: Flavor | undefined;
  readonly secret: string | undefined;
}

/**
 * NAME, and what may follow it in the form of image-prefetcher's first releases: `NAME VERSION FLAVOR [SECRET]`.
 * A flag may say the same again, but nothing else. Throws a `ConfigError`.
 */
export function parsePositionals(flags: PositionalFlags, positionals: readonly string[]): Positionals {
  const [name, version, flavor, secret, ...rest] = positionals;
  if (name === undefined) {
    throw flagError("NAME", "it is missing; name the instance, as in: prestow deploy my-images");
  }
  if (version !== undefined && flavor === undefined) {
    throw flagError(
      "NAME",
      `${quote(version)} is one argument too many; the old form is NAME VERSION FLAVOR [SECRET]`,
    );
  }
  const [extra] = rest;
  if (extra !== undefined)
    throw flagError("NAME", `${quote(extra)} is one argument too many; flags begin with --`);
  return {
    name,
    version: agree("--version", flags.version, version),
    flavor: agree("--k8s-flavor", flags.k8sFlavor, parseFlavor(flavor)),
    secret: agree("--secret", flags.secret, secret === "" ? undefined : secret),
  };
}

function parseFlavor(text: string | undefined): Flavor | undefined {
  const flavor = flavors.find((known) => known === text);
  if (flavor !== undefined || text === undefined) return flavor;
  throw flagError("--k8s-flavor", `${quote(text)} is not accepted; give one of ${flavors.join(", ")}`);
}

function agree<T extends string>(
  flag: string,
  given: T | undefined,
  positional: T | undefined,
): T | undefined {
  if (given === undefined || positional === undefined || given === positional) return given ?? positional;
  throw flagError(flag, `${quote(given)} is given, and the argument ${quote(positional)}; give one of them`);
}
