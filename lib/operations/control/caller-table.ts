import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { shortened } from '../../text/column.js';
import { maxWidth } from '../../text/max-width.js';
import { type Column, table } from '../../text/table.js';
import { formatElapsed } from '../../text/times.js';
import type { Caller } from './protocol.js';

interface CallerColumn extends Column<Caller> {
  /** The order in which columns are left out of a narrow window. Columns without it are always shown. */
  readonly spare?: number;
}

/** The column of the transport, left out while all callers come by telnet. */
const BY = 'By';

const COLUMNS: readonly CallerColumn[] = [
  { title: 'Node', align: 'right', of: ({ node }) => `${node}` },
  { title: 'Handle', of: ({ handle }) => escapeControls(handle ?? '(logging in)') },
  { title: 'Address', spare: 3, of: ({ address }) => escapeControls(address) },
  { title: BY, spare: 4, of: ({ transport }) => escapeControls(transport ?? '') },
  { title: 'On line', align: 'right', spare: 2, of: ({ onLineMs }) => formatElapsed(onLineMs) },
  { title: 'Idle', align: 'right', of: ({ idleMs }) => formatElapsed(idleMs) },
  { title: 'State', spare: 1, of: ({ state }) => state },
  { title: 'Where', spare: 5, of: ({ where }) => escapeControls(where) },
];

const MAX_SPARE = 5;

/** Formats the callers as a table: a header, and one row each, with the columns that fit the window. */
export function callerTable(callers: readonly Caller[], columns = Number.POSITIVE_INFINITY): string[] {
  const hasOthers = callers.some(({ transport }) => transport !== null && transport !== 'telnet');
  const told = COLUMNS.filter(({ title }) => hasOthers || title !== BY);
  let lines = table(told, callers);
  for (let left = 1; left <= MAX_SPARE && lines.some((line) => maxWidth(line) > columns); left += 1)
    lines = table(
      told.filter(({ spare }) => spare === undefined || spare > left),
      callers,
    );
  return lines.map((line) => shortened(line, columns));
}
