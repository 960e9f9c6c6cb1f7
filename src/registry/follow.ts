import { RegistryError } from "./errors.ts";
import { type Agents, type Answer, type Deadline, type Exchange, exchange } from "./exchange.ts";

const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;

/** The connections, and who may be spoken to without TLS. */
export interface Net {
  readonly agents: Agents;
  readonly plainHttpHosts: ReadonlySet<string>;
}

/** Sends a request and follows where it is sent on to; another origin gets no credential. Throws as `exchange` does. */
export async function follow(net: Net, sent: Exchange, deadline: Deadline): Promise<Answer> {
  let next = sent;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const answer = await exchange(net.agents, next, deadline);
    const { location } = answer.headers;
    if (!redirects.has(answer.status) || location === undefined) return answer;
    next = redirect(net, next, answer.status, location);
  }
  throw new RegistryError(`it was sent on ${maxRedirects} times and more`, { kind: "unavailable" });
}

function redirect(net: Net, from: Exchange, status: number, location: string): Exchange {
  const url = URL.canParse(location, from.url.href) ? new URL(location, from.url) : undefined;
  if (url === undefined) throw new RegistryError("it was sent on to what is no URL", { kind: "unavailable" });
  checkUrl(net, url, "it was sent on to");
  // A password goes with the body of a token request: to nobody else.
  if (from.method === "POST") throw new RegistryError("its token service sends us on", { kind: "denied" });
  const { authorization, ...others } = from.headers;
  const isSame = url.origin === from.url.origin;
  const headers = isSame && authorization !== undefined ? from.headers : others;
  return { method: status === 303 && from.method !== "HEAD" ? "GET" : from.method, url, headers };
}

/** Throws a `RegistryError` for an address that would be spoken to in plain text without having been named for it. */
export function checkUrl({ plainHttpHosts }: Net, url: URL, what: string): void {
  if (url.protocol === "https:") return;
  if (url.protocol === "http:" && plainHttpHosts.has(url.host)) return;
  throw new RegistryError(
    `${what} ${url.protocol}//${url.host}, which is not encrypted; name it among the plain HTTP registries to allow it`,
    { kind: "unavailable" },
  );
}
