import { basicChallenge } from "./access.ts";
import type { Exchange } from "./exchange.ts";
import { answerError, answerJson } from "./exchange.ts";
import type { Fault } from "./fault.ts";
import { resetConnection } from "./send-body.ts";
import { serveBlob, serveManifest } from "./serve-content.ts";
import { serveToken } from "./serve-token.ts";
import { serveManifestPut, serveUpload } from "./serve-upload.ts";

/** Answers one request: its fault first, then who may pass, then the content. */
export async function handle(exchange: Exchange): Promise<void> {
  const { backend, entry, fault, request } = exchange;
  if (fault !== undefined && misbehave(exchange, fault)) return;
  const challenge = backend.access.challenge(entry.repository, request.headers.authorization);
  if (challenge !== undefined) {
    return answerError(exchange, 401, "UNAUTHORIZED", { "www-authenticate": challenge });
  }
  await serve(exchange);
}

async function serve(exchange: Exchange): Promise<void> {
  switch (exchange.entry.kind) {
    case "base":
      return answerJson(exchange, 200, {});
    case "token":
      return serveToken(exchange);
    case "upload":
      return serveUpload(exchange);
    case "manifest":
      return exchange.request.method === "PUT" ? serveManifestPut(exchange) : serveManifest(exchange);
    case "blob":
      return serveBlob(exchange);
    case "unknown":
      return answerError(exchange, 404, "UNSUPPORTED");
  }
}

/** Whether the fault was the whole answer; one that only spoils the body is left to who sends it. */
function misbehave(exchange: Exchange, fault: Fault): boolean {
  switch (fault.kind) {
    case "status":
      answerStatus(exchange, fault);
      return true;
    case "hang":
      return true;
    case "redirect-loop":
      answerRedirect(exchange);
      return true;
    case "reset":
      if (fault.afterBytes !== undefined) return false;
      resetConnection(exchange);
      return true;
    default:
      return false;
  }
}

function answerStatus(exchange: Exchange, fault: Extract<Fault, { kind: "status" }>): void {
  const challenge = fault.status === 401 ? { "www-authenticate": basicChallenge } : {};
  const headers = fault.headers ?? challenge;
  if (fault.body === undefined) {
    answerError(exchange, fault.status, "TEST_FAULT", headers);
  } else {
    exchange.response.writeHead(fault.status, { "content-type": "text/plain", ...headers });
    exchange.response.end(exchange.request.method === "HEAD" ? undefined : fault.body);
  }
}

function answerRedirect(exchange: Exchange): void {
  const { response, url } = exchange;
  const hop = Number(url.searchParams.get("hop") ?? 0) + 1;
  response.writeHead(307, { location: `${url.pathname}?hop=${hop}`, "content-length": 0 }).end();
}
