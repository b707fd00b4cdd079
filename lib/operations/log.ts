import loglevel, { type LogLevelDesc } from 'loglevel';
import { type Observable, type SchedulerLike, tap } from 'rxjs';
import { type ConnectionsRefused, type Summary, summarise } from '../../streams/events/summarise.js';
import { escapeControls, NOT_PRINTED } from '../../streams/terminal/escape-controls.js';
import type { ConnectionRefused, ServerEvent } from '../../streams/types/events.js';
import { formatDuration } from '../config/duration.js';
import { monotonic } from '../process/monotonic.js';
import { type Paint, plainly, type Style } from '../text/colour.js';
import { messageOf, quotedMessageOf } from '../text/message-of.js';

/** The events that the log has a line for. */
export type LogEvent = ServerEvent | Summary;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** The log of one board. Each event becomes one line, whatever it contains. */
export interface Log {
  /** Logs an event of the board. */
  event(event: LogEvent): void;
  /** Logs anything else: `event` is a name for machines, `message` a sentence for people. */
  debug(event: string, message: string): void;
  info(event: string, message: string): void;
  warn(event: string, message: string): void;
  error(event: string, message: string): void;
}

export interface LogOptions {
  readonly level: LogLevelDesc;
  /** `text` for people; `json` for machines, one object a line. */
  readonly format: 'text' | 'json';
  /** Called with each finished line, including its newline. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
  /** Colours the lines for people. No colours if left out. */
  readonly paint?: Paint;
}

/** The styles of the levels. */
const STYLES: Readonly<Record<string, Style>> = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' };

/** Creates a log. Times are in UTC. */
export function createLog({
  level,
  format,
  write,
  now = () => new Date(),
  paint = plainly,
}: LogOptions): Log {
  // A logger of its own, so that each board in a process has its own level.
  const logger = loglevel.getLogger(Symbol('impulse'));
  const levelled = (name: string) => paint(STYLES[name] ?? 'dim', name.padEnd(5));
  logger.methodFactory = (name) => (event: string, message: string, fields: object) => {
    const time = now().toISOString();
    write(
      format === 'json'
        ? `${json({ time, level: name, event, ...fields })}\n`
        : `${paint('dim', time.slice(0, 19).replace('T', ' '))} ${levelled(name)} ${escapeControls(message, 1000)}\n`,
    );
  };
  logger.setLevel(level, false);

  return {
    event(event) {
      const { type, ...fields } = event;
      const debugging = logger.getLevel() <= logger.levels.DEBUG;
      const error = 'error' in event ? { error: messageOf(event.error) } : {};
      const stack = 'error' in event && debugging ? { stack: stackOf(event.error) } : {};
      logger[levelOf(event)](type, phrase(event), {
        ...fields,
        ...error,
        ...stack,
        // The line has a time.
        at: undefined,
      });
    },
    debug: (event, message) => logger.debug(event, message, { message }),
    info: (event, message) => logger.info(event, message, { message }),
    warn: (event, message) => logger.warn(event, message, { message }),
    error: (event, message) => logger.error(event, message, { message }),
  };
}

/** Logs every event, with a summary for floods of refusals. Emits the events that were logged. */
export function logEvents(
  event$: Observable<ServerEvent>,
  log: Log,
  scheduler: SchedulerLike = monotonic,
): Observable<LogEvent> {
  return event$.pipe(summarise(scheduler), tap(log.event));
}

function levelOf(event: LogEvent): Level {
  switch (event.type) {
    case 'callbackFailed':
    case 'serverFailed':
      return 'error';
    case 'sessionClosing':
      return 'error' in event ? 'error' : 'debug';
    case 'loginsUnchecked':
      return 'error';
    case 'sessionWarned':
    case 'sessionWaiting':
      return 'debug';
    case 'connectionRefused':
    case 'connectionsRefused':
      return event.reason === 'crawler' ? 'info' : 'warn';
    case 'addressPenalised':
    case 'loginAttemptFailed':
    case 'loginAttemptsFailed':
      return 'warn';
    default:
      return 'info';
  }
}

function phrase(event: LogEvent): string {
  switch (event.type) {
    case 'serverListening':
      return `listening on ${event.host} port ${event.port}${by(event)}`;
    case 'serverSuspended':
      return 'suspended: no new callers';
    case 'serverResumed':
      return `resumed: listening on ${event.host} port ${event.port}${by(event)}`;
    case 'connectionRefused':
      return `refused ${event.address}: ${because(event)}${why(event)}`;
    case 'addressPenalised': {
      const all = event.network === event.address ? '' : `, with all of ${event.network}`;
      return `penalised ${event.address}: ${event.offence}, for ${elapsedWithTenths(event.forMs)}${all}`;
    }
    case 'connectionsRefused':
      return `refused ${event.count} more in ${elapsedWithTenths(event.inMs)}: ${because(event)}`;
    case 'silentConnectionsClosed': {
      const [first, last] =
        event.count === 1 ? ['1 connection', ''] : [`${event.count} connections`, 'the last '];
      return `${first} closed without a byte in ${elapsedWithTenths(event.inMs)}, ${last}from ${event.address}`;
    }
    case 'loginsUnchecked': {
      const logins = event.count === 1 ? '1 more login' : `${event.count} more logins`;
      return `${logins} could not be checked in ${elapsedWithTenths(event.inMs)}: ${quotedMessageOf(event.error)}`;
    }
    case 'sessionWaiting':
      return `session ${event.session}: ${event.address} waits at position ${event.position}`;
    case 'sessionOpened':
      return `node ${event.node}: ${event.address} called in${by(event)} (session ${event.session})`;
    case 'loginAttemptFailed':
      return `login failed from ${event.address}: attempt ${event.attempt}, as ${wordOf(event.handle)} (session ${event.session})`;
    case 'loginAttemptsFailed':
      return `login failed ${event.count} more times in ${elapsedWithTenths(event.inMs)}`;
    case 'sessionAuthenticated':
      return `node ${event.node}: ${wordOf(event.handle)} logged in (session ${event.session})`;
    case 'sessionWarned':
      return `node ${event.node}: warned, ${event.reason} in ${elapsedWithTenths(event.inMs)} (session ${event.session})`;
    case 'sessionClosing': {
      return `node ${event.node}: ending, ${event.reason}${why(event)} (session ${event.session})`;
    }
    case 'sessionClosed': {
      const traffic = `${event.bytesIn} bytes in, ${event.bytesOut} out`;
      const where = event.node === 0 ? 'waiting room' : `node ${event.node}`;
      return `${where}: closed, ${event.reason}, after ${elapsedWithTenths(event.durationMs)}, ${traffic} (session ${event.session})`;
    }
    case 'callbackFailed': {
      const whose = event.session === undefined ? '' : ` (session ${event.session})`;
      return `${event.callback} failed${why(event)}${whose}`;
    }
    case 'serverFailed':
      return `the board failed${why(event)}`;
    case 'serverDraining': {
      const patience =
        event.graceMs === null ? 'without a time limit' : `${formatDuration(event.graceMs)} at most`;
      return `going down (${event.reason}): ${event.sessions} on line, ${patience}`;
    }
    case 'serverClosed':
      return `closed (${event.reason}): ${event.drained} drained, ${event.forced} forced, in ${elapsedWithTenths(event.durationMs)}`;
  }
}

function because(event: ConnectionRefused | ConnectionsRefused): string {
  const { reason, detail } = event;
  const more = detail ?? ('protocol' in event ? event.protocol : undefined);
  return more === undefined ? reason : `${reason} (${more})`;
}

/** The transport, unless it is the usual one. */
const by = ({ transport }: { readonly transport?: string }) =>
  transport === undefined || transport === 'telnet' ? '' : ` by ${transport}`;

/** The error message of an event, if it has one. */
const why = (event: object) => ('error' in event ? `: ${quotedMessageOf(event.error)}` : '');

/** `0.4s`, `10m 4s`, `2h 3m` */
function elapsedWithTenths(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return `${(ms / 1000).toFixed(1)}s`;
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}

function stackOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? String(error.stack).slice(0, 4000) : undefined;
  } catch {
    return undefined;
  }
}

/** A handle, in quotes if it has more than one word. */
function wordOf(handle: string): string {
  const shown = escapeControls(handle);
  return /[ "]/.test(shown) ? JSON.stringify(shown) : shown;
}

/** JSON with everything escaped that isn't safe on a terminal. */
function json(fields: object): string {
  return JSON.stringify(fields).replace(NOT_PRINTED, (char) =>
    Array.from(
      { length: char.length },
      (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
