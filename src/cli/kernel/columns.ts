/** A column of a table on a terminal. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers are read from the right. */
  readonly isRight?: boolean;
  /** Columns of higher rank go first where there is no room; 0 stays. */
  readonly rank: number;
  /** Colours a cell that is already padded. */
  readonly style?: (cell: string, row: Row) => string;
}

const GAP = "  ";

/** Rows under a head, none wider than `width`: what does not fit is left out, column by column, or cut. */
export function layOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[] {
  let shown = columns.map((column) => ({ column, cells: rows.map(column.cell) }));
  const widthOf = ({ column, cells }: (typeof shown)[number]): number =>
    Math.max(column.title.length, ...cells.map((cell) => cell.length));
  const total = (): number => shown.reduce((sum, one) => sum + widthOf(one), (shown.length - 1) * GAP.length);
  while (total() > width) {
    const last = Math.max(...shown.map(({ column }) => column.rank));
    if (last === 0) break;
    shown = shown.filter(({ column }) => column.rank < last);
  }
  const widths = shown.map(widthOf);
  // Even the columns that stay may be wider than that: the first one gives.
  widths[0] = Math.max(1, (widths[0] ?? 0) - Math.max(0, total() - width));
  const line = (texts: readonly string[], style: (text: string, index: number) => string): string => {
    let room = width;
    const parts = texts.map((text, index) => {
      const padded = fit(text, Math.min(widths[index] ?? 0, room), shown[index]?.column.isRight === true);
      room = Math.max(0, room - padded.length - GAP.length);
      return style(padded, index);
    });
    return parts.join(GAP).trimEnd();
  };
  return [
    line(
      shown.map(({ column }) => column.title),
      (text) => text,
    ),
    ...rows.map((row, at) =>
      line(
        shown.map(({ cells }) => cells[at] ?? ""),
        (text, index) => shown[index]?.column.style?.(text, row) ?? text,
      ),
    ),
  ];
}

/** As wide as it is to be: filled up, or cut with a mark. */
export function fit(text: string, width: number, isRight = false): string {
  if (text.length > width) return width < 1 ? "" : `${text.slice(0, width - 1)}…`;
  return isRight ? text.padStart(width) : text.padEnd(width);
}
