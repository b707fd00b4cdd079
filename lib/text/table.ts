import { column } from './column.js';
import { maxWidth } from './max-width.js';

/** A column of a table: its title, and what it shows of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly of: (row: Row) => string;
}

/** Formats rows as aligned columns below their titles. Returns a line for each, without blanks at its end. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const filled = columns.map(({ title, align, of }) => {
    const cells = [title, ...rows.map(of)];
    return { align, cells, width: Math.max(...cells.map(maxWidth)) };
  });
  return Array.from({ length: rows.length + 1 }, (_, row) =>
    filled
      .map(({ cells, width, align }) => column(cells[row] ?? '', width, align))
      .join('  ')
      .trimEnd(),
  );
}
