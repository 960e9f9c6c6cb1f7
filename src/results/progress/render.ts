import { formatBytes, formatRate } from "../../lib/bytes.ts";
import { renderImageLine } from "./image-line.ts";
import type { ImageProgress, ProgressState } from "./state.ts";
import { formatElapsed, toCells } from "./text.ts";

export interface ProgressBounds {
  readonly columns: number;
  /** The most lines it may have; at least the total is shown. */
  readonly rows: number;
  /** Of `Clock.nowMs`. */
  readonly nowMs: number;
}

/** The progress view: a line for each image that runs or waits, then the total. No line is wider than `columns`. */
export function renderProgress(state: ProgressState, { columns, rows, nowMs }: ProgressBounds): string[] {
  const active = [...ofKind(state, "pulling"), ...ofKind(state, "waiting")];
  const room = Math.max(0, rows - 1);
  const shown = active.length <= room ? active : active.slice(0, Math.max(0, room - 1));
  const hidden = active.length - shown.length;
  // Of all images, so that columns stay where they are when others come and go.
  const longest = state.images.reduce((width, { ref }) => Math.max(width, toCells(ref).length), 0);
  const nameWidth = Math.min(longest, Math.max(12, Math.floor(columns / 2)));
  return [
    ...shown.map((image) => renderImageLine(image, nameWidth, columns, nowMs)),
    ...(hidden > 0 && room > 0 ? [`… and ${hidden} more`.slice(0, columns)] : []),
    renderTotal(state, nowMs).slice(0, columns),
  ];
}

function renderTotal(state: ProgressState, nowMs: number): string {
  const failed = ofKind(state, "failed").length;
  const parts = [
    `${ofKind(state, "present").length} of ${state.images.length} images`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(state.downloadedBytes === undefined ? [] : [formatBytes(state.downloadedBytes)]),
    ...(state.bytesPerSecond === undefined ? [] : [formatRate(state.bytesPerSecond)]),
    formatElapsed(nowMs - state.startedMs),
  ];
  return parts.join("  ");
}

function ofKind(state: ProgressState, kind: ImageProgress["phase"]["kind"]): ImageProgress[] {
  return state.images.filter(({ phase }) => phase.kind === kind);
}
