import { readFileSync } from 'node:fs';
import { GATE_PLACES } from '../../streams/admission/human-gate.js';
import { MAX_REFUSED_FAREWELLS } from '../../streams/manager.js';
import type { Limits } from '../../streams/types/limits.js';
import { MAX_AWAITED_HEADERS } from '../transports/tcp/proxied-callers.js';

/**
 * Descriptors that aren't callers' connections. The standard three, Node's own (epoll, pipes, worker
 * wake-ups) and the listeners are 23. The control socket takes 16 connections, the metrics 32. The rest is
 * for a log or an account file being read.
 */
export const SPARE_FILES = 96;

const HOW_TO_RAISE = 'before the start (over the hard limit as root)';

/**
 * Returns how many files this process may have open: its soft limit. Node raises that to the hard limit at
 * the start.
 *
 * @returns `null` if there is no limit, or if it can't be determined.
 */
export function openFilesLimit(): number | null {
  const soft = process.platform === 'linux' ? softFromProc() : softFromReport();
  const limit = Number(soft);
  return Number.isInteger(limit) ? limit : null;
}

/** See proc_pid_limits(5). Cheaper than a whole diagnostic report. */
function softFromProc(): string | undefined {
  try {
    return /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function softFromReport(): unknown {
  // Otherwise a report looks up the host name of every peer.
  const reporter = Object.assign(process.report, { excludeNetwork: true });
  const report = reporter.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  return report.userLimits?.open_files?.soft;
}

/**
 * Returns how many callers may be saying goodbye at a time under the open-files limit, besides all sessions
 * and the waiting room.
 *
 * @param limit The result of {@link openFilesLimit}.
 */
export function farewellsThatFit(
  { maxSessions, waitingRoom }: Pick<Limits, 'maxSessions' | 'waitingRoom'>,
  limit: number | null,
): number {
  return limit === null
    ? Number.POSITIVE_INFINITY
    : Math.max(0, limit - maxSessions - waitingRoom - SPARE_FILES);
}

/**
 * Checks whether the callers fit under the open-files limit. Call it before listening: when a Node server
 * runs out of descriptors, it closes connections without reporting it.
 *
 * @param limit The result of {@link openFilesLimit}.
 * @returns One line that says what is wrong, what is allowed and how to raise the limit; `null` if they fit.
 */
export function openFilesProblem(
  { maxSessions, waitingRoom }: Pick<Limits, 'maxSessions' | 'waitingRoom'>,
  limit: number | null,
): string | null {
  const needed = maxSessions + waitingRoom + SPARE_FILES;
  if (limit === null || needed <= limit) return null;
  const room = waitingRoom === 0 ? '' : ` with waiting-room ${waitingRoom}`;
  const max = limit - SPARE_FILES - waitingRoom;
  const allowed = max > 0 ? `allowed is max-sessions up to ${max}` : 'not even one session fits';
  return (
    `max-sessions ${maxSessions}${room} needs ${needed} open files and this process may have ${limit}: ` +
    `${allowed}; to raise the limit, run \`ulimit -n ${needed}\` ${HOW_TO_RAISE}`
  );
}

/**
 * Checks whether the open-files limit covers all connections that may be open at a time. That includes
 * callers at the gate, connections that haven't sent their PROXY header, and goodbyes. A board can run with
 * less, but closes some of these connections in a rush.
 *
 * @param limit The result of {@link openFilesLimit}.
 * @returns One line that says how many callers fit, how many there may be, and what to set; `null` if all
 *   fit.
 */
export function openFilesWarning(
  {
    maxSessions,
    waitingRoom,
    gate,
    proxyFrom,
  }: Pick<Limits, 'maxSessions' | 'waitingRoom'> & {
    readonly gate: string;
    readonly proxyFrom: readonly string[];
  },
  limit: number | null,
): string | null {
  const holders = {
    'max-sessions': maxSessions,
    'waiting-room': waitingRoom,
    gate: gate === 'off' ? 0 : GATE_PLACES,
    'PROXY headers': proxyFrom.length === 0 ? 0 : MAX_AWAITED_HEADERS,
    goodbyes: maxSessions + MAX_REFUSED_FAREWELLS,
  };
  const callers = Object.values(holders).reduce((sum, count) => sum + count, 0);
  const needed = callers + SPARE_FILES;
  if (limit === null || needed <= limit) return null;
  const held = Object.entries(holders).filter(([, count]) => count > 0);
  return (
    `this process may have ${limit} open files, enough for ${Math.max(0, limit - SPARE_FILES)} callers; there may be ${callers} at once ` +
    `(${held.map(([name, count]) => `${name} ${count}`).join(', ')}): for all of them, run \`ulimit -n ${needed}\` ${HOW_TO_RAISE}`
  );
}
