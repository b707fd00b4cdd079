import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { column } from '../../text/column.js';
import { maxWidth } from '../../text/max-width.js';
import { formatElapsed } from '../../text/times.js';
import type { Caller } from './protocol.js';

interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** The order in which columns are left out of a narrow window. Columns without it are always shown. */
  readonly spare?: number;
  readonly of: (caller: Caller) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'Node', align: 'right', of: ({ node }) => `${node}` },
  { title: 'Handle', of: ({ handle }) => escapeControls(handle ?? '(logging in)') },
  { title: 'Address', spare: 3, of: ({ address }) => escapeControls(address) },
  { title: 'On line', align: 'right', spare: 2, of: ({ onLineMs }) => formatElapsed(onLineMs) },
  { title: 'Idle', align: 'right', of: ({ idleMs }) => formatElapsed(idleMs) },
  { title: 'State', spare: 1, of: ({ state }) => state },
  { title: 'Where', spare: 4, of: ({ where }) => escapeControls(where) },
];

const GAP = '  ';

/** Formats the callers as a table: a header, and one row each, with the columns that fit the window. */
export function callerTable(callers: readonly Caller[], columns = Number.POSITIVE_INFINITY): string[] {
  const whole = COLUMNS.map((each) => {
    const cells = [each.title, ...callers.map(each.of)];
    return { ...each, cells, width: Math.max(...cells.map(maxWidth)) };
  });
  const isTooWide = (some: typeof whole) =>
    some.reduce((sum, each) => sum + each.width + GAP.length, -GAP.length) > columns;
  let shown = whole;
  for (let spare = 1; isTooWide(shown) && spare <= 4; spare += 1)
    shown = shown.filter((each) => each.spare !== spare);

  return Array.from({ length: callers.length + 1 }, (_, row) => {
    const line = shown.map(({ cells, width, align }) => column(cells[row] ?? '', width, align)).join(GAP);
    return column(line.trimEnd(), Math.min(columns, maxWidth(line.trimEnd())));
  });
}
