import type { Refused } from '../types/admission.js';
import type { EndReason } from '../types/session.js';
import { faultOf, type SessionEnd } from '../types/session-end.js';

/** Formats a duration, such as `1 minute` or `30 seconds`; rounded, at least one second. */
export function inWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const inSeconds = seconds < 120 && seconds % 60 !== 0;
  const inMinutes = seconds < 7200 && seconds % 3600 !== 0;
  const [size, unit] = inSeconds ? [1, 'second'] : inMinutes ? [60, 'minute'] : [3600, 'hour'];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Stands for the notices of a long transfer that weren't kept. */
export const NOTICES_DROPPED = '[Earlier messages were not kept.]';

/** The farewell for each reason; null if the caller is gone, or the app has said it. */
export const GOODBYES: Record<EndReason, string | null> = {
  hangup: null,
  idle: 'You were quiet for too long. Goodbye!',
  'login-timeout': 'That took too long. Please call again.',
  'login-failed': 'Login failed. Goodbye!',
  denied: null,
  'time-limit': 'Your time on line is up. Goodbye!',
  kicked: 'The sysop closed your call.',
  slow: null,
  lost: null,
  'app-done': null,
  'app-error': 'Something went wrong here, and the sysop knows. Please call again.',
  'connection-error': null,
  protocol: null,
  'wrong-protocol': null,
  crawler: null,
  'taken-over': 'You called in from elsewhere, so this call is closed.',
  shutdown: 'The board is going down. Goodbye!',
  forced: null,
};

/** Shown if the login couldn't be checked. */
const NO_LOGIN = 'Logging in is not possible right now, and the sysop knows. Please call again later.';

/** Returns the farewell for this end. */
export const goodbye = (ending: SessionEnd): string | null =>
  ending.reason === 'login-failed' && 'error' in faultOf(ending) ? NO_LOGIN : GOODBYES[ending.reason];

export const warning = (reason: 'idle' | 'time-limit', inMs: number) =>
  reason === 'idle'
    ? `Still there? Press Enter, or your session ends in ${inWords(inMs)}.`
    : `You have ${inWords(inMs)} left on line.`;

export const waiting = (nodes: number, place: number) => `${allBusy(nodes)} You are number ${place} in line.`;

const allBusy = (nodes: number) => (nodes === 1 ? 'The only node is busy.' : `All ${nodes} nodes are busy.`);

/** Shown if the account has too many sessions. */
export const tooOften = (times: number) =>
  `You are on line ${times === 1 ? 'once' : `${times} times`} already. Please hang up there first.`;

/** Shown to a caller who took over another session. */
export const TAKEN_OVER = 'Your other call was closed. Welcome back.';

/** Shown at the human gate. */
export const GATE = 'Press ESC twice to come in.';

export const draining = (graceMs: number | null) =>
  graceMs === null
    ? 'The board goes down when the last caller has left. Please finish what you are doing.'
    : `The board goes down in ${inWords(graceMs)}. Please finish what you are doing.`;

/** Shown during a countdown to a shutdown, and when it is cancelled. */
export const closing = (leftMs: number) => `The board closes in ${inWords(leftMs)}.`;
export const STAYS_OPEN = 'The board stays open after all.';

/** Returns what a refused caller reads; null if the transport has answered in another protocol. */
export function refusal({ reason, retryInMs }: Refused, nodes: number): string | null {
  const again = retryInMs === undefined ? 'later' : `in ${inWords(retryInMs)}`;
  switch (reason) {
    case 'full':
      return `${allBusy(nodes)} Please call again ${again}.`;
    case 'address':
      return `Too many calls from your address. Please call again ${again}.`;
    case 'rate':
      return `Too many callers at once. Please call again ${again}.`;
    case 'gate':
      return `ESC was not pressed twice. Please call again ${again}.`;
    case 'draining':
      return 'The board is going down. Please call again later.';
    case 'wrong-protocol':
    case 'crawler':
      return null;
    case 'penalty':
      return `Your address is blocked for a while. Please call again ${again}.`;
    default:
      return `The board can't take your call. Please call again ${again}.`;
  }
}
