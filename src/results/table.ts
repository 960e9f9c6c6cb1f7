/** One column of a plain table. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand at the right, so that they can be compared. */
  readonly align?: "left" | "right";
  /** May be cut in its middle where the table is wider than it may be. */
  readonly shrink?: boolean;
}

const gap = "  ";
const leastShrunk = 12;

/**
 * A table as lines: a row of titles, then the rows, columns two blanks apart, no blanks at the ends of lines.
 * With a `width`, columns that may shrink are cut in the middle until it fits; without one nothing is cut.
 * Cells are expected to be printable.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: { readonly width?: number } = {},
): string[] {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const natural = columns.map((_, index) =>
    lines.reduce((width, cells) => Math.max(width, cells[index]?.length ?? 0), 0),
  );
  const widths = options.width === undefined ? natural : shrinkWidths(natural, columns, options.width);
  return lines.map((cells) =>
    columns
      .map(({ align }, index) =>
        pad(cutMiddle(cells[index] ?? "", widths[index] ?? 0), widths[index] ?? 0, align),
      )
      .join(gap)
      .trimEnd(),
  );
}

/** `text` in at most `width` characters; where it is longer, `…` stands for its middle. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width <= 1) return "…".slice(0, Math.max(0, width));
  // The end tells more: it has the tag or digest.
  const start = Math.floor((width - 1) / 2);
  return `${text.slice(0, start)}…${text.slice(text.length - (width - 1 - start))}`;
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  return align === "right" ? text.padStart(width) : text.padEnd(width);
}

function shrinkWidths(
  natural: readonly number[],
  columns: readonly { readonly shrink?: boolean }[],
  width: number,
): number[] {
  const total = natural.reduce((sum, next) => sum + next, 0) + gap.length * (columns.length - 1);
  let excess = Math.max(0, total - width);
  return natural.map((columnWidth, index) => {
    if (columns[index]?.shrink !== true) return columnWidth;
    const cut = Math.min(excess, Math.max(0, columnWidth - leastShrunk));
    excess -= cut;
    return columnWidth - cut;
  });
}
