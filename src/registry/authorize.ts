import type { RegistryAuth } from "../runtime/runtime.ts";
import { answerError, parseObject } from "./answer-error.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { RegistryError } from "./errors.ts";
import type { Deadline, Exchange } from "./exchange.ts";
import { checkUrl, follow, type Net } from "./follow.ts";

/** What the Authorization header is made from. */
export interface Login {
  readonly auth: RegistryAuth | undefined;
  /** `repository:library/debian:pull`, where the registry names none. */
  readonly scope: string;
  readonly userAgent: string;
  readonly nowMs: number;
}

/**
 * The Authorization header that a challenge asks for; undefined where we have nothing to say to it. Throws a
 * `RegistryError` where the token service gives no token.
 */
export async function authorize(
  net: Net,
  header: string | undefined,
  login: Login,
  deadline: Deadline,
): Promise<string | undefined> {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) return `Bearer ${await readToken(net, bearer, login, deadline)}`;
  const isBasic = challenges.some(({ scheme }) => scheme === "basic");
  return isBasic ? basicHeader(login.auth) : undefined;
}

function basicHeader(auth: RegistryAuth | undefined): string | undefined {
  if (auth?.username === undefined) return undefined;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password ?? ""}`).toString("base64")}`;
}

async function readToken(net: Net, challenge: Challenge, login: Login, deadline: Deadline): Promise<string> {
  const realm = challenge.parameters.get("realm") ?? "";
  if (!URL.canParse(realm)) {
    throw new RegistryError("it names no token service that can be asked", { kind: "unknown" });
  }
  const url = new URL(realm);
  checkUrl(net, url, "its token service is");
  const answer = await follow(net, tokenRequest(url, challenge, login), deadline);
  const what = `token service ${url.host}`;
  if (answer.status !== 200) throw answerError(answer, what, login.nowMs);
  const { token, access_token: other } = parseObject(answer.body) ?? {};
  const found = [token, other].find((each) => typeof each === "string" && isHeaderText(each));
  if (typeof found === "string") return found;
  throw new RegistryError(`${what}: its answer holds no token`, { kind: "unknown" });
}

// Docker's token service (GET), but for identity tokens, which are refresh tokens of OAuth 2 (POST).
function tokenRequest(url: URL, { parameters }: Challenge, login: Login): Exchange {
  const { auth, userAgent } = login;
  const fields = new URLSearchParams();
  const service = parameters.get("service");
  if (service !== undefined) fields.set("service", service);
  fields.set("scope", parameters.get("scope") ?? login.scope);
  const headers = { accept: "application/json", "user-agent": userAgent };
  if (auth?.identityToken !== undefined) {
    fields.set("grant_type", "refresh_token");
    fields.set("client_id", "prestow");
    fields.set("refresh_token", auth.identityToken);
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return { method: "POST", url, headers: { ...headers, ...type }, body: fields.toString() };
  }
  const asked = new URL(url);
  for (const [name, value] of fields) asked.searchParams.set(name, value);
  const authorization = basicHeader(auth);
  return { method: "GET", url: asked, headers: { ...headers, ...(authorization && { authorization }) } };
}

function isHeaderText(text: string): boolean {
  return /^[!-~]{1,65536}$/.test(text);
}
