import type { RegistryRequest } from "./request.ts";

/** One way to misbehave. Offsets count from the start of the response's body, wherever a range begins. */
export type Fault =
  /** Answers with a status; a 401 without headers of its own gets a Basic challenge. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Sends the headers and `afterBytes` of the body, then nothing. */
  | { readonly kind: "hang-body"; readonly afterBytes: number }
  /** Sends the body at a trickle. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** Resets the connection: before any answer, or after `afterBytes` of the body. */
  | { readonly kind: "reset"; readonly afterBytes?: number }
  /** Closes after `afterBytes`; `short` declares no more than that, so that HTTP sees nothing wrong. */
  | { readonly kind: "truncate"; readonly afterBytes: number; readonly contentLength?: "full" | "short" }
  /** Flips the bits of the byte in the middle. */
  | { readonly kind: "corrupt" }
  /** Redirects to itself for ever. */
  | { readonly kind: "redirect-loop" };

/** Which requests of a repository meet a fault, and how many of them. */
export interface FaultScope {
  /** HEAD requests included. `token` means the token service, whatever the repository. */
  readonly on: "blob" | "manifest" | "any" | "token";
  /** Only for this tag or digest: `blob` alone means configurations as well as layers. */
  readonly reference?: string;
  /** Only for requests that it accepts. */
  readonly match?: (request: RegistryRequest) => boolean;
  /** The first so many of these requests; all of them where it is absent. */
  readonly times?: number;
}

export type FaultRule = Fault & FaultScope;

/** The faults that wait for requests. */
export interface FaultScript {
  /** Later rules wait until earlier ones are used up. Returns what takes the rule away again. */
  add(repository: string, rule: FaultRule): () => void;
  /** The fault that this request meets, counted as met. */
  take(request: RegistryRequest): Fault | undefined;
  clear(): void;
}

export function createFaultScript(): FaultScript {
  const waiting = new Set<{ repository: string; rule: FaultRule; left: number }>();
  return {
    add(repository, rule) {
      const entry = { repository, rule, left: rule.times ?? Number.POSITIVE_INFINITY };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    take(request) {
      for (const entry of waiting) {
        if (entry.left <= 0 || !concerns(entry.repository, entry.rule, request)) continue;
        entry.left -= 1;
        return entry.rule;
      }
      return undefined;
    },
    clear: () => waiting.clear(),
  };
}

function concerns(repository: string, rule: FaultRule, request: RegistryRequest): boolean {
  if (rule.on === "token") return request.kind === "token" && (rule.match?.(request) ?? true);
  if (request.repository !== repository || request.kind === "upload") return false;
  if (rule.on !== "any" && rule.on !== request.kind) return false;
  if (rule.reference !== undefined && rule.reference !== request.reference) return false;
  return rule.match?.(request) ?? true;
}
