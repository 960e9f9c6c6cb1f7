/** What an image is built for, in OCI's (Go's) words: `linux`, `arm64`, `v8`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Absent where the architecture has only one or it is the basic one (amd64 v1, arm64 v8). */
  readonly variant?: string;
}

/** Text that is not `os/arch[/variant]`; `reason` is one clause. */
export class InvalidPlatformError extends Error {
  override readonly name = "InvalidPlatformError";
  readonly reason: string;

  constructor(reason: string) {
    super(`invalid platform: ${reason}`);
    this.reason = reason;
  }
}

/** Other names for architectures, as kernels and distributions have them. */
const aliases: ReadonlyMap<string, { architecture: string; variant?: string }> = new Map([
  ["x86_64", { architecture: "amd64" }],
  ["x86-64", { architecture: "amd64" }],
  ["i386", { architecture: "386" }],
  ["aarch64", { architecture: "arm64" }],
  ["armhf", { architecture: "arm", variant: "v7" }],
  ["armel", { architecture: "arm", variant: "v6" }],
]);

/** Variants that every CPU of the architecture has; an image without a variant means the same. */
const basicVariants: ReadonlyMap<string, string> = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
]);

const maxLength = 128;

/** Parses `os/arch[/variant]` and normalises it. Throws `InvalidPlatformError`. */
export function parsePlatform(text: string): Platform {
  if (text.length > maxLength) throw new InvalidPlatformError(`it is longer than ${maxLength} characters`);
  const [os, architecture, variant, ...more] = text.split("/");
  if (os === undefined || architecture === undefined || more.length > 0) {
    throw new InvalidPlatformError("write it as os/arch or os/arch/variant, such as linux/arm64");
  }
  for (const part of [os, architecture, ...(variant === undefined ? [] : [variant])]) {
    if (!/^[A-Za-z0-9_.-]+$/.test(part)) {
      throw new InvalidPlatformError("each part must be letters, digits, dots, dashes and underscores");
    }
  }
  return normalizePlatform({ os, architecture, ...(variant !== undefined && { variant }) });
}

/** Gives every platform one spelling: `Linux/x86_64` is `linux/amd64`, `linux/arm` is `linux/arm/v7`. */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const written = platform.architecture.toLowerCase();
  const alias = aliases.get(written);
  const architecture = alias?.architecture ?? written;
  const variant = alias?.variant ?? normalizeVariant(architecture, platform.variant?.toLowerCase() ?? "");
  return { os: os === "macos" ? "darwin" : os, architecture, ...(variant !== "" && { variant }) };
}

function normalizeVariant(architecture: string, written: string): string {
  if (architecture === "386") return "";
  if (architecture === "arm" && written === "") return "v7";
  if (!isNumbered(architecture)) return written;
  const variant = written.replace(/^(?=[0-9])/, "v").replace(/\.0$/, "");
  return variant === basicVariants.get(architecture) ? "" : variant;
}

/** The inverse of `parsePlatform`: `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/**
 * Whether an image starts on a node, as containerd selects from an index: the same system, and a CPU of at
 * least the image's variant; amd64 also runs 386, and arm64 also runs arm.
 */
export function canRunPlatform(node: Platform, image: Platform): boolean {
  const [host, wanted] = [normalizePlatform(node), normalizePlatform(image)];
  if (host.os !== wanted.os) return false;
  if (host.architecture === "amd64" && wanted.architecture === "386") return true;
  if (host.architecture === "arm64" && wanted.architecture === "arm") {
    return coversVariant("arm", "v8", wanted.variant);
  }
  return (
    host.architecture === wanted.architecture &&
    coversVariant(host.architecture, host.variant, wanted.variant)
  );
}

function coversVariant(architecture: string, host: string | undefined, wanted: string | undefined): boolean {
  const [has, needs] = [readVersion(architecture, host), readVersion(architecture, wanted)];
  if (has === undefined || needs === undefined) return host === wanted;
  if (architecture !== "arm64" || has.major === needs.major) {
    return has.major > needs.major || (has.major === needs.major && has.minor >= needs.minor);
  }
  // Armv9.n is Armv8.(n+5) and more.
  return has.major === 9 && needs.major === 8 && needs.minor <= has.minor + 5;
}

function readVersion(architecture: string, variant: string | undefined) {
  if (!isNumbered(architecture)) return undefined;
  const match = /^v([0-9]{1,2})(?:\.([0-9]{1,2}))?$/.exec(variant ?? basicVariants.get(architecture) ?? "");
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2] ?? 0) };
}

// Elsewhere a variant is only a name, such as a profile of riscv64.
function isNumbered(architecture: string): boolean {
  return architecture === "arm" || basicVariants.has(architecture);
}
