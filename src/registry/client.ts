import { type ImageReference, repositoryName } from "../image/reference.ts";
import type { RegistryAuth } from "../runtime/runtime.ts";
import { answerError } from "./answer-error.ts";
import { authorize } from "./authorize.ts";
import { RegistryError } from "./errors.ts";
import { type Answer, createAgents, type Deadline } from "./exchange.ts";
import { follow, type Net } from "./follow.ts";
import { acceptedManifests, declaredDigest, refuseSchema1, verifiedDigest } from "./manifest-digest.ts";
import type { RegistryClient, RegistryClientOptions } from "./registry.ts";

const hubHost = "registry-1.docker.io";

/** Who asks whom for what. */
interface Question {
  readonly net: Net;
  readonly url: URL;
  /** Where the manifest is, without the query: what errors show. */
  readonly what: string;
  readonly scope: string;
  readonly auth: RegistryAuth | undefined;
  readonly deadline: Deadline;
  readonly options: RegistryClientOptions;
}

/** A client that keeps nothing between calls: no connection and no token. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const agents = createAgents(options.ca);
  const net = { agents, plainHttpHosts: new Set(options.plainHttpHosts ?? []) };
  return {
    async resolveDigest(image, auths, bounds) {
      if (image.digest !== undefined) return image.digest;
      const deadline = { ...bounds, endMs: performance.now() + bounds.timeoutMs };
      const name = `${repositoryName(image)}:${image.tag ?? "latest"}`;
      const question = { net, ...placeOf(net, image), deadline, options };
      try {
        return await resolveWithAny(question, auths);
      } catch (error) {
        throw error instanceof RegistryError ? withName(error, name, auths.length) : error;
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function placeOf({ plainHttpHosts }: Net, { domain, path, tag }: ImageReference) {
  const host = domain === "docker.io" ? hubHost : domain;
  const scheme = plainHttpHosts.has(host) ? "http" : "https";
  const url = new URL(`${scheme}://${host}/v2/${path}/manifests/${tag ?? "latest"}`);
  return { url, what: `registry ${host}`, scope: `repository:${path}:pull` };
}

// As the kubelet does: where there are credentials nobody pulls anonymously.
async function resolveWithAny(
  question: Omit<Question, "auth">,
  auths: readonly RegistryAuth[],
): Promise<string> {
  let refusal: RegistryError | undefined;
  for (const auth of auths.length === 0 ? [undefined] : auths) {
    try {
      return await resolve({ ...question, auth });
    } catch (error) {
      if (!(error instanceof RegistryError) || !isRefusal(error)) throw error;
      // Some say that there is no such repository to those who may not know.
      if (refusal === undefined || error.kind === "not-found") refusal = error;
    }
  }
  throw refusal ?? new RegistryError("no credential was tried", { kind: "denied" });
}

function isRefusal({ kind }: RegistryError): boolean {
  return kind === "denied" || kind === "not-found";
}

async function resolve(question: Question): Promise<string> {
  const head = await ask(question, "HEAD");
  if (head.status === 200) {
    refuseSchema1(head);
    const digest = declaredDigest(head);
    if (digest !== undefined) return digest;
  } else if (!isWorthGet(head.status)) {
    throw answerError(head, question.what, question.options.clock.dateMs());
  }
  const answer = await ask(question, "GET");
  if (answer.status === 200) return verifiedDigest(answer);
  throw answerError(answer, question.what, question.options.clock.dateMs());
}

// Some do not know HEAD, and the answer to it has no words; where we are refused or too many, a second would not help.
function isWorthGet(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429;
}

async function ask(question: Question, method: "HEAD" | "GET"): Promise<Answer> {
  const { net, url, auth, deadline, options, scope } = question;
  const { userAgent, clock } = options;
  const send = (authorization: string | undefined) => {
    const headers = { accept: acceptedManifests, "user-agent": userAgent };
    return follow(
      net,
      { method, url, headers: { ...headers, ...(authorization && { authorization }) } },
      deadline,
    );
  };
  const ready = auth?.registryToken;
  const first = await send(ready === undefined ? undefined : `Bearer ${ready}`);
  if (first.status !== 401 || ready !== undefined) return first;
  const login = { auth, scope, userAgent, nowMs: clock.dateMs() };
  const header = await authorize(net, first.headers["www-authenticate"], login, deadline);
  return header === undefined ? first : await send(header);
}

function withName(error: RegistryError, name: string, tried: number): RegistryError {
  const { kind, status, retryAfterMs, cause } = error;
  const text = `${name}: ${error.message}${kind === "denied" ? whyDenied(tried) : ""}`;
  return new RegistryError(text, { kind, status, retryAfterMs, cause });
}

function whyDenied(tried: number): string {
  return tried === 0 ? "; no credential is for it" : "; none of the credentials for it is let in";
}
