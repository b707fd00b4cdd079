import type { Services } from '../../../streams/types/app.js';
import type { SessionInfo } from '../../../streams/types/session.js';
import { column } from '../../text/column.js';
import { formatElapsed, timeOfDay } from '../../text/times.js';
import { firstByNode } from './first-by-node.js';
import { roomsOf } from './rooms.js';
import { people, shownHandle, type Visit } from './visit.js';

/** The most callers listed. More would exceed the output limit of a session. */
const MAX_LISTED = 200;

interface Listed {
  readonly info: SessionInfo;
  /** The caller's room, or that they are away. */
  readonly where: string;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align?: 'right';
  /** The narrowest window that shows the column. */
  readonly from: number;
  readonly of: (listed: Listed, now: number, dateOf: Services['dateOf']) => string;
}

/** Returns the columns that fit a window. */
function columnsFor(window: number): readonly Column[] {
  const columns: readonly Column[] = [
    { title: 'Node', width: 4, align: 'right', from: 0, of: ({ info }) => `${info.node}` },
    { title: 'Handle', width: window < 40 ? 12 : 20, from: 0, of: ({ info }) => nameOf(info) },
    { title: 'From', width: 16, from: 64, of: ({ info }) => masked(info.address) },
    { title: 'Since', width: 5, from: 46, of: ({ info }, _, dateOf) => timeOfDay(dateOf(info.openedAt)) },
    {
      title: 'Idle',
      width: 6,
      align: 'right',
      from: 28,
      of: ({ info }, now) => formatElapsed(now - info.lastInputAt),
    },
    { title: 'Where', width: 17, from: 80, of: ({ where }) => where },
  ];
  return columns.filter(({ from }) => from <= window);
}

const nameOf = ({ user }: SessionInfo) => (user ? shownHandle(user) : '(logging in)');

/** Lists the sessions on line by node, one row each, with the columns that fit the caller's window. */
export function who({ session, services, away }: Visit): string {
  const now = services.scheduler.now();
  const columns = columnsFor(session.terminal.columns);
  const row = (cell: (column: Column) => string) =>
    columns
      .map((each) => column(cell(each), each.width, each.align))
      .join('  ')
      .trimEnd();
  const listed = firstByNode(services.sessions.values(), MAX_LISTED);
  const where = roomsOf(services.bus, listed);
  const rows = listed
    .map((info) => ({ info, where: away.has(info.id) ? '(away)' : (where.get(info.callId) ?? '') }))
    .map((seen) => row(({ of }) => of(seen, now, services.dateOf)));
  return `\n${[row(({ title }) => title), ...rows].join('\n')}\n${more(services.sessions.size)}\n`;
}

/** Lists how long callers have typed nothing, the longest first: all of them, or those of one handle. */
export function idle(services: Services, handle: string): string {
  const now = services.scheduler.now();
  const asked = handle === '' ? people(services) : [...services.handles.named(handle)];
  if (asked.length === 0) return 'No caller on line has that name. Type /who for a list.\n';
  const lines = asked
    .sort((one, other) => one.lastInputAt - other.lastInputAt)
    .slice(0, MAX_LISTED)
    .map((info) => `${formatElapsed(now - info.lastInputAt).padStart(6)}  ${nameOf(info)}\n`);
  return `${lines.join('')}${more(asked.length)}`;
}

const more = (count: number) => (count > MAX_LISTED ? `and ${count - MAX_LISTED} more\n` : '');

/** Masks an address for other callers: shows the network only. */
export function masked(address: string): string {
  if (address.includes('.')) return address.replace(/\d+$/, '*');
  const groups = (address.split('::')[0] ?? '').split(':').slice(0, 3);
  return `${groups.join(':') || ':'}:*`;
}
