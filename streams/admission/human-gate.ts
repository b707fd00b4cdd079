import {
  catchError,
  defer,
  endWith,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  type SchedulerLike,
  take,
  tap,
  timeout,
} from 'rxjs';
import * as messages from '../terminal/messages.js';
import type { ConnectionAttempt } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import { isForeign, protocolOf, SessionEnd } from '../types/session-end.js';
import { isRefused, refused, refusedByError } from './refused.js';

/** How long a caller may take to press the keys. */
const GATE_MS = 10_000;
/** The maximum number of callers at the gate. Each holds a connection and hasn't proved anything. */
export const GATE_PLACES = 1024;

const [ESC, CR, LF, NUL] = [0x1b, 13, 10, 0];
const PRESSES = 2;

/** Whether this ESC is the key itself, and doesn't start a sequence such as an arrow: ESC [ A, ESC O P. */
const isKey = (bytes: Uint8Array, at: number): boolean => bytes[at + 1] !== 0x5b && bytes[at + 1] !== 0x4f;

/** The length of an Enter at the start: CR LF, CR NUL, CR or LF. */
function enterIn([first, second]: Uint8Array): number {
  if (first === CR) return second === LF || second === NUL ? 2 : 1;
  return first === LF ? 1 : 0;
}

/**
 * Asks each caller to press ESC twice, and passes on the callers that do. Scanners and bots that don't within ten
 * seconds, or hang up, are refused (`gate`) and never become a session. Clients of another protocol are
 * refused too (`wrong-protocol`). Input after the second ESC is kept as type-ahead, except an Enter directly
 * after it, which some clients need in order to send.
 *
 * Refuses new callers (`full`) while 1,024 are at the gate, and those at the gate (`draining`) at a shutdown.
 * Emits in the order of the outcomes. Completes when the source has and the gate is empty.
 *
 * @param order$ Emits at a shutdown.
 * @example
 * ```ts
 * import { createSessionManager, lobby, type ConnectionAttempt } from 'impulse-bbs';
 * import { humanGate } from 'impulse-bbs/streams';
 * import { asyncScheduler, NEVER, type Observable } from 'rxjs';
 *
 * const { run } = createSessionManager({ app: lobby() });
 * const open = (attempt$: Observable<ConnectionAttempt>) => run(attempt$.pipe(humanGate(NEVER, asyncScheduler)));
 * open(NEVER).subscribe((event) => console.log(event.type));
 * ```
 */
export function humanGate(
  order$: Observable<unknown>,
  scheduler: SchedulerLike,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return (attempt$) =>
    defer(() => {
      let standing = 0;

      const ask = (connection: Connection): Observable<ConnectionAttempt> => {
        let decided = false;
        let presses = 0;
        const person$ = connection.input$.pipe(
          filter((bytes) => {
            for (let at = bytes.indexOf(ESC); at !== -1; at = bytes.indexOf(ESC, at + 1)) {
              if (!isKey(bytes, at)) continue;
              presses += 1;
              if (presses < PRESSES) continue;
              const rest = bytes.subarray(at + 1);
              const ahead = rest.subarray(enterIn(rest));
              if (ahead.length > 0) connection.putBack(ahead);
              return true;
            }
            return false;
          }),
          map((): ConnectionAttempt => connection),
          endWith(null),
          map(
            (attempt) =>
              attempt ??
              refused(connection, 'gate', undefined, connection.bytesIn === 0 ? 'silent' : undefined),
          ),
          timeout({ first: GATE_MS, scheduler, with: () => of(refused(connection, 'gate')) }),
          catchError((error) => of(givenUp(connection, error))),
        );
        const closing$ = order$.pipe(map(() => refused(connection, 'draining')));
        const asked$ = defer(() => {
          standing += 1;
          connection.write(`${messages.GATE}\n`);
          return merge(person$, closing$);
        });
        return asked$.pipe(
          catchError((error) => of(refusedByError(connection, error))),
          take(1),
          tap(() => {
            decided = true;
          }),
          finalize(() => {
            standing -= 1;
            // Unsubscribed early: no other code knows of the connection.
            if (!decided) connection.destroy();
          }),
        );
      };

      return attempt$.pipe(
        mergeMap((attempt) => {
          if (isRefused(attempt)) return of(attempt);
          return standing < GATE_PLACES ? defer(() => ask(attempt)) : of(refused(attempt, 'full'));
        }),
      );
    });
}

function givenUp(connection: Connection, error: unknown): ConnectionAttempt {
  if (isForeign(error)) return { ...refused(connection, error.reason), ...protocolOf(error) };
  // A broken connection shows nothing about its caller.
  return error instanceof SessionEnd && error.reason === 'connection-error'
    ? refusedByError(connection, error.cause)
    : refused(connection, 'gate');
}
