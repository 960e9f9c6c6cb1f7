/** The two texts that Prometheus reads. */
export type ExpositionFormat = "prometheus" | "openmetrics";

export interface Sample {
  /** What follows the family's name: `_bucket`, `_sum`; a counter's samples have none, it is added. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric with its samples. */
export interface MetricFamily {
  /** Without `_total`, which each format writes where it wants it. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The value of the response's Content-Type. */
export const expositionTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The text of all families. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function renderExposition(families: readonly MetricFamily[], format: ExpositionFormat): string {
  const lines = families.flatMap((family) => renderFamily(family, format));
  return [...lines, ...(format === "openmetrics" ? ["# EOF"] : []), ""].join("\n");
}

function renderFamily({ name, type, help, samples }: MetricFamily, format: ExpositionFormat): string[] {
  const counted = type === "counter" ? "_total" : "";
  const described = format === "prometheus" ? name + counted : name;
  return [
    `# HELP ${described} ${help}`,
    `# TYPE ${described} ${type}`,
    ...samples.map(
      ({ suffix = counted, labels = {}, value }) => `${name}${suffix}${renderLabels(labels)} ${value}`,
    ),
  ];
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
