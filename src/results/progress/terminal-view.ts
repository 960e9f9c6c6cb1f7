import type { Clock } from "../../lib/clock.ts";
import { printable } from "../../lib/printable.ts";
import { renderProgress } from "./render.ts";
import type { ProgressState } from "./state.ts";

export interface TerminalOptions {
  readonly write: (text: string) => void;
  /** The size now; 0 or undefined where the terminal does not tell. */
  readonly columns: () => number | undefined;
  readonly rows: () => number | undefined;
  readonly clock: Pick<Clock, "nowMs">;
}

/** A view that is painted in place at the end of a terminal. */
export interface TerminalView {
  update(state: ProgressState): void;
  /** Writes a line that stays, above the view. */
  log(line: string): void;
  /** Takes the view away; later lines are still written, later states are not shown. */
  close(): void;
}

const eraseBelow = "\u001b[J";

/**
 * Repaints by moving up over what it painted last and erasing from there. It changes no mode of the terminal
 * (the cursor stays visible), so that even a kill leaves nothing to restore.
 */
export function createTerminalView({ write, columns, rows, clock }: TerminalOptions): TerminalView {
  let state: ProgressState | undefined;
  let painted: readonly string[] = [];
  let closed = false;

  // Lines that were painted on a wider terminal are wrapped now and take more rows.
  const erase = () => {
    const width = columns() || 80;
    const height = painted.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
    painted = [];
    return height === 0 ? "" : `\u001b[${height}A\r${eraseBelow}`;
  };
  const paint = () => {
    if (state === undefined || closed) return "";
    // One column stays free: some terminals wrap as soon as the last one is written. One row is the cursor's.
    const size = { columns: Math.max(1, (columns() || 80) - 1), rows: Math.max(1, (rows() || 24) - 1) };
    painted = renderProgress(state, { ...size, nowMs: clock.nowMs() });
    return painted.map((line) => `${line}\n`).join("");
  };

  return {
    update(next) {
      state = next;
      // In one write, so that no half-painted view is seen.
      if (!closed) write(erase() + paint());
    },
    log(line) {
      write(`${erase()}${printable(line)}\n${paint()}`);
    },
    close() {
      if (closed) return;
      closed = true;
      const text = erase();
      if (text !== "") write(text);
    },
  };
}
