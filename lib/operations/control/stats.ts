import { inWords } from '../../../streams/terminal/messages.js';
import { formatElapsed } from '../../text/times.js';
import type { Figures } from './protocol.js';

/** Formats the figures for a person, one line each, with aligned names. */
export function statsText(figures: Figures): string {
  const { closesInMs, onLine, most, waiting, opened, waited, closed, refused } = figures;
  const rows: [string, string][] = [
    ['board', closesInMs === null ? figures.phase : `${figures.phase}, closes in ${inWords(closesInMs)}`],
    ['up', formatElapsed(figures.uptimeMs)],
    ['on line', `${onLine}, peak ${most}`],
    ['waiting', `${waiting}`],
    ['opened', `${opened}, ${waited} after a wait`],
    ['closed', counted(closed)],
    ['refused', counted(refused)],
    ['logins', `${figures.failedLogins} failed`],
    ['bytes in', inBytes(figures.bytesIn)],
    ['bytes out', inBytes(figures.bytesOut)],
    ['memory', inBytes(figures.memoryBytes)],
    ['late', `${figures.lateMs} ms`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(9)}  ${value}\n`).join('');
}

/** Formats counts, the highest first: `3 (2 hangup, 1 idle)`. */
function counted(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  const total = some.reduce((sum, [, count]) => sum + count, 0);
  return total === 0 ? '0' : `${total} (${some.map(([reason, count]) => `${count} ${reason}`).join(', ')})`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `512 B`, `1.5 KiB`, `81.2 MiB` */
export function inBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const count = bytes / 1024 ** power;
  return `${power === 0 ? Math.round(count) : count.toFixed(1)} ${UNITS[power]}`;
}
