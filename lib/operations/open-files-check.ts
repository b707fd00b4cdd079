import { GATE_PLACES } from '../../streams/admission/human-gate.js';
import { MAX_REFUSED_FAREWELLS } from '../../streams/manager.js';
import type { Limits } from '../../streams/types/limits.js';
import { SPARE_FILES } from '../process/open-files.js';
import { MAX_AWAITED_HEADERS } from '../transports/tcp/proxied-callers.js';

const HOW_TO_RAISE = 'before the start (above the hard limit as root)';

/**
 * Checks whether the callers fit under the open-files limit. Call it before listening: when a Node server
 * runs out of descriptors, it closes connections without reporting it.
 *
 * @param limit The result of `openFilesLimit`.
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
    `max-sessions ${maxSessions}${room} needs ${needed} open files, but the limit is ${limit}: ` +
    `${allowed}; to raise the limit, run \`ulimit -n ${needed}\` ${HOW_TO_RAISE}`
  );
}

/**
 * Checks whether the open-files limit covers all connections that may be open at a time. That includes
 * callers at the gate, connections that haven't sent their PROXY header, and goodbyes. A board can run with
 * less, but closes some of these connections in a rush.
 *
 * @param limit The result of `openFilesLimit`.
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
    `the limit of ${limit} open files is enough for ${Math.max(0, limit - SPARE_FILES)} callers, but up to ${callers} may connect at once ` +
    `(${held.map(([name, count]) => `${name} ${count}`).join(', ')}); to raise the limit, run \`ulimit -n ${needed}\` ${HOW_TO_RAISE}`
  );
}
