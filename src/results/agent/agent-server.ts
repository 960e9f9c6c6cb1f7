import type { ServerResponse } from "node:http";
import { chooseFormat } from "../metrics/accept.ts";
import { expositionTypes, type MetricFamily, renderExposition } from "../metrics/exposition.ts";
import { type HttpHandler, type HttpServer, sendText, startHttpServer } from "../metrics/http-server.ts";
import type { AgentHealth, ProbeAnswer } from "./health.ts";
import type { MetricsAddress } from "./metrics-address.ts";

export interface AgentServerOptions {
  readonly address: MetricsAddress;
  readonly health: Pick<AgentHealth, "ready" | "live">;
  readonly families: () => readonly MetricFamily[];
}

/** The address cannot be listened on; the message names the flag. */
export class BindError extends Error {
  override readonly name = "BindError";
}

/** Serves `/metrics`, `/readyz` and `/livez`. Throws a `BindError` where the address is taken or not ours. */
export async function createAgentServer({
  address,
  health,
  families,
}: AgentServerOptions): Promise<HttpServer> {
  const routes = new Map<string, HttpHandler>([
    ["/metrics", (request, response) => sendMetrics(response, request.headers.accept, families())],
    ["/readyz", (_, response) => sendProbe(response, health.ready())],
    ["/livez", (_, response) => sendProbe(response, health.live())],
  ]);
  try {
    return await startHttpServer({ routes, ...address });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const { host = "", port } = address;
    throw new BindError(
      `--metrics-bind-address: cannot listen on ${host}:${port}: ${reason}; choose another address, or 0 for none`,
      { cause },
    );
  }
}

function sendProbe(response: ServerResponse, { ok, reason }: ProbeAnswer): void {
  sendText(response, ok ? 200 : 503, `${reason}\n`);
}

function sendMetrics(
  response: ServerResponse,
  accept: string | undefined,
  families: readonly MetricFamily[],
): void {
  // There is no JSON here: whoever does not ask for OpenMetrics gets the text that everybody reads.
  const format = chooseFormat(accept) === "openmetrics" ? "openmetrics" : "prometheus";
  const text = renderExposition(families, format);
  response.setHeader("vary", "accept");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-type", expositionTypes[format]);
  response.end(text);
}
