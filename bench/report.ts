import { formatBytes } from "../src/lib/bytes.ts";
import { renderTable } from "../src/results/table.ts";
import { type ContestantName, decideVerdicts, type Measurement, type Verdict } from "./measurement.ts";
import { pairedRatio, spread } from "./stats.ts";

/** A scenario without figures, and why. */
export interface NotRun {
  readonly scenario: string;
  readonly reason: string;
}

interface Row {
  readonly scenario: string;
  readonly what: string;
  readonly contestant: ContestantName;
  readonly median: string;
  readonly range: string;
  readonly ratio: string;
  readonly goals: string;
}

/** The table of all figures, then what was not measured. */
export function renderReport(measurements: readonly Measurement[], notRun: readonly NotRun[]): string {
  const lines = renderTable(measurements.flatMap(rowsOf), [
    { title: "SCENARIO", cell: (row) => row.scenario },
    { title: "FIGURE", cell: (row) => row.what },
    { title: "CONTESTANT", cell: (row) => row.contestant },
    { title: "MEDIAN", cell: (row) => row.median, align: "right" },
    { title: "MIN - MAX", cell: (row) => row.range, align: "right" },
    { title: "PRESTOW ÷", cell: (row) => row.ratio, align: "right" },
    { title: "GOAL", cell: (row) => row.goals },
  ]);
  const missing = notRun.map(({ scenario, reason }) => `not measured: ${scenario}: ${reason}`);
  return `${[...lines, ...missing].join("\n")}\n`;
}

function rowsOf(measurement: Measurement): Row[] {
  const { scenario, what, unit, values } = measurement;
  const verdicts = decideVerdicts(measurement);
  const ours = values.get("prestow");
  return [...values].map(([contestant, series], index) => {
    const { median, min, max } = spread(series);
    const own = contestant === "prestow";
    return {
      scenario: index === 0 ? scenario : "",
      what: index === 0 ? what : "",
      contestant,
      median: format(median, unit),
      range: `${format(min, unit)} - ${format(max, unit)}`,
      ratio: own || ours === undefined ? "" : pairedRatio(ours, series).toFixed(2),
      goals: verdicts
        .filter(({ against }) => (against ?? "prestow") === contestant)
        .map((verdict) => describeVerdict(verdict, unit))
        .join(", "),
    };
  });
}

function describeVerdict({ limit, against, met }: Verdict, unit: Measurement["unit"]): string {
  return `≤ ${against === undefined ? format(limit, unit) : limit.toFixed(2)} ${met ? "met" : "MISSED"}`;
}

function format(value: number, unit: Measurement["unit"]): string {
  if (unit === "bytes") return formatBytes(value);
  if (unit === "percent") return `${value.toFixed(2)} %`;
  if (unit === "calls") return value.toFixed(1);
  if (unit === "count") return String(value);
  return value < 999.5 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** The same for programs: every value of every round. */
export function reportJson(measurements: readonly Measurement[], notRun: readonly NotRun[]): object {
  return {
    measurements: measurements.map((measurement) => ({
      scenario: measurement.scenario,
      figure: measurement.what,
      unit: measurement.unit,
      contestants: Object.fromEntries(
        [...measurement.values].map(([name, rounds]) => [name, { ...spread(rounds), rounds }]),
      ),
      goals: decideVerdicts(measurement),
    })),
    notRun,
  };
}
