import type { ExpositionFormat } from "./exposition.ts";

/** What `/metrics` is asked for. */
export type MetricsFormat = "json" | ExpositionFormat;

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// Of equals the first wins: whoever takes anything gets what the original gives.
const offers: readonly MetricsFormat[] = ["json", "openmetrics", "prometheus"];

/** The format that an Accept header likes best; JSON unless Prometheus' texts are asked for by name. */
export function chooseFormat(accept: string | undefined): MetricsFormat {
  const ranges = (accept ?? "").split(",").slice(0, 20).map(parseRange);
  const weigh = (format: MetricsFormat) =>
    Math.max(0, ...ranges.filter((range) => matches(range, format)).map(quality));
  let best: MetricsFormat = "json";
  for (const offer of offers) {
    if (weigh(offer) > weigh(best)) best = offer;
  }
  return best;
}

function parseRange(text: string): MediaRange {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim().toLowerCase());
  const parameters = rest.map((part): [string, string] => {
    const [name = "", value = ""] = part.split("=", 2);
    return [name, value.replaceAll('"', "")];
  });
  return { type, parameters: new Map(parameters) };
}

function matches({ type, parameters }: MediaRange, format: MetricsFormat): boolean {
  if (format === "json") return ["application/json", "application/*", "*/*"].includes(type);
  if (format === "openmetrics") return type === "application/openmetrics-text";
  return type === "text/plain" && (parameters.get("version") ?? "0.0.4") === "0.0.4";
}

function quality({ parameters }: MediaRange): number {
  const value = Number(parameters.get("q") ?? "1");
  return value >= 0 && value <= 1 ? value : 1;
}
