import { formatBytes } from "../lib/bytes.ts";
import { printable } from "../lib/printable.ts";
import type { PlannedImage } from "../plan/pull-plan.ts";
import { plannedName } from "../plan/pull-plan.ts";
import { countOutcomes, type FetchResult } from "./fetch-result.ts";
import type { ImageResult } from "./pull-events.ts";
import { type Column, renderTable } from "./table.ts";

const columns: readonly Column<ImageResult>[] = [
  { title: "IMAGE", cell: (image) => printable(image.ref), shrink: true },
  { title: "DIGEST", cell: (image) => (image.outcome === "failed" ? "-" : shortDigest(image.digest)) },
  {
    title: "SIZE",
    align: "right",
    cell: (image) => (image.outcome === "failed" ? "-" : formatBytes(image.sizeBytes)),
  },
  {
    title: "TIME",
    align: "right",
    cell: (image) => (image.attempts === 0 ? "-" : `${(image.durationMs / 1000).toFixed(1)}s`),
  },
  { title: "ATTEMPTS", align: "right", cell: (image) => String(image.attempts) },
  {
    title: "OUTCOME",
    cell: (image) => (image.outcome === "failed" ? `failed: ${image.kind}` : image.outcome),
  },
];

/** The result of a run for people: a table, what went wrong in full, and one line that sums it up. */
export function renderFetchSummary(result: FetchResult, width?: number): string {
  const { total, pulled, present, failed } = countOutcomes(result.images);
  const seconds = (result.durationMs / 1000).toFixed(1);
  const counts = `${total} ${total === 1 ? "image" : "images"}: ${pulled} pulled, ${present} already present, ${failed} failed, in ${seconds}s`;
  const table =
    total === 0 ? [] : [...renderTable(result.images, columns, width === undefined ? {} : { width }), ""];
  return `${[...table, ...renderFailures(result.images), counts].join("\n")}\n`;
}

function renderFailures(images: readonly ImageResult[]): string[] {
  const lines = images.flatMap((image) =>
    image.outcome === "failed" && image.kind !== "cancelled"
      ? [`${printable(image.ref)} (${image.where}): ${image.message}`]
      : [],
  );
  return lines.length === 0 ? [] : [...lines, ""];
}

/** The same for machines: one JSON object. */
export function fetchResultJson(result: FetchResult): object {
  const { runtime, durationMs, images } = result;
  return { ...countOutcomes(images), durationMs, runtime, images: images.map(imageJson) };
}

function imageJson(image: ImageResult): object {
  if (image.outcome !== "failed") return image;
  const { kind, message, ...rest } = image;
  return { ...rest, error: { kind, message } };
}

const planColumns: readonly Column<PlannedImage>[] = [
  { title: "IMAGE", cell: (planned) => printable(planned.ref), shrink: true },
  { title: "ACTION", cell: (planned) => planned.action },
  { title: "REASON", cell: (planned) => printable(planned.reason) },
];

/** What a dry run shows to people. */
export function renderPlan(plan: readonly PlannedImage[], width?: number): string {
  if (plan.length === 0) return "";
  return `${renderTable(plan, planColumns, width === undefined ? {} : { width }).join("\n")}\n`;
}

/** The same for machines: `ref`, `normalizedRef`, `action` and `reason` of each image. */
export function planJson(plan: readonly PlannedImage[]): object {
  return {
    images: plan.map((planned) => ({
      ref: planned.ref,
      normalizedRef: plannedName(planned),
      where: planned.where,
      action: planned.action,
      reason: planned.reason,
    })),
  };
}

function shortDigest(digest: string | undefined): string {
  return digest === undefined ? "-" : digest.slice(digest.indexOf(":") + 1).slice(0, 12);
}
