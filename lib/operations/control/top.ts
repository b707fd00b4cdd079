import { inWords } from '../../../streams/terminal/messages.js';
import { column } from '../../text/column.js';
import { formatElapsed } from '../../text/times.js';
import { callerTable } from './caller-table.js';
import type { Remembered, Sample } from './history.js';
import { inBytes } from './stats.js';

/** The size of a window. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const METERS: readonly { title: string; of: (sample: Sample) => number; unit: (value: number) => string }[] =
  [
    { title: 'calls', of: ({ calls }) => calls, unit: (value) => `${value.toFixed(1)}/s` },
    { title: 'refused', of: ({ refused }) => refused, unit: (value) => `${value.toFixed(1)}/s` },
    { title: 'in', of: ({ bytesIn }) => bytesIn, unit: (value) => `${inBytes(value)}/s` },
    { title: 'out', of: ({ bytesOut }) => bytesOut, unit: (value) => `${inBytes(value)}/s` },
    { title: 'memory', of: ({ memoryBytes }) => memoryBytes, unit: inBytes },
    { title: 'late', of: ({ lateMs }) => lateMs, unit: (value) => `${value.toFixed(1)} ms` },
  ];

const TITLE_WIDTH = 7;
const VALUE_WIDTH = 12;

/** Returns the screen of `impulse top` as rows that fit the window. */
export function topScreen({ view, samples }: Remembered, { columns, rows }: Size): string[] {
  const { figures, callers } = view;
  const { phase, closesInMs, onLine, most, waiting, uptimeMs } = figures;
  const state = closesInMs === null ? phase : `closes in ${inWords(closesInMs)}`;
  const head = [
    ends(` Impulse  ${state}, up ${formatElapsed(uptimeMs)}`, 'q quits ', columns),
    '',
    `on line  ${onLine}, peak ${most}   waiting  ${waiting}`,
    '',
    ...METERS.map(({ title, of, unit }) => {
      const values = samples.map(of);
      const name = `${title.padEnd(TITLE_WIDTH)}${unit(values.at(-1) ?? 0).padStart(VALUE_WIDTH)}`;
      return `${name}  ${sparkline(values.slice(-Math.max(0, columns - name.length - 2)))}`;
    }),
    '',
  ];
  const table = callerTable(callers, columns);
  const room = rows - head.length;
  const isWhole = table.length <= room && callers.length === onLine;
  const more = `and ${onLine - Math.max(0, Math.min(room, table.length + 1) - 2)} more`;
  const list = isWhole ? table : [...table.slice(0, Math.max(0, room - 1)), more];
  return [...head, ...list].slice(0, rows).map((line) => column(line, columns).trimEnd());
}

/** Joins two texts at the ends of a row. The second one is left out if it doesn't fit. */
function ends(left: string, right: string, columns: number): string {
  const gap = columns - left.length - right.length;
  return gap > 0 ? `${left}${' '.repeat(gap)}${right}` : left.padEnd(columns);
}

const BARS = '▁▂▃▄▅▆▇█';

/** Draws a bar for each value, scaled to the highest. Only zero gets the lowest bar. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => BARS[value > 0 ? Math.max(1, Math.round((value / most) * 7)) : 0]).join('');
}
