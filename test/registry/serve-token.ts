import type { Grant } from "./access.ts";
import { parseScopes } from "./access.ts";
import type { Exchange } from "./exchange.ts";
import { answerError, answerJson, readBody } from "./exchange.ts";
import { parseBasic } from "./request.ts";

/**
 * The token service: GET with Basic or without credentials, POST with a password or a refresh token
 * (https://distribution.github.io/distribution/spec/auth/oauth/).
 */
export async function serveToken(exchange: Exchange): Promise<void> {
  const { request } = exchange;
  if (request.method === "POST") return serveOauth(exchange);
  const credentials = parseBasic(request.headers.authorization);
  answerToken(exchange, exchange.url.searchParams, credentials ?? {});
}

async function serveOauth(exchange: Exchange): Promise<void> {
  const { entry, request } = exchange;
  const form = new URLSearchParams((await readBody(request)).toString());
  entry.grantType = form.get("grant_type") ?? "";
  if (entry.grantType === "refresh_token") {
    return answerToken(exchange, form, { refreshToken: form.get("refresh_token") ?? "" });
  }
  entry.username = form.get("username") ?? "";
  answerToken(exchange, form, { username: entry.username, password: form.get("password") ?? "" });
}

function answerToken(exchange: Exchange, parameters: URLSearchParams, grant: Grant): void {
  const token = exchange.backend.access.issueToken(parseScopes(parameters), grant);
  if (token === undefined) answerError(exchange, 401, "UNAUTHORIZED");
  else answerJson(exchange, 200, { token, access_token: token, expires_in: 300 });
}
