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
  timer,
} from 'rxjs';
import * as texts from '../terminal/texts.js';
import type { Knock } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import { isForeign, protocolOf, SessionEnd } from '../types/session-end.js';
import { isRefused, refused, refusedByError } from './refused.js';

/** How long a caller may take to press the keys. */
const GATE_MS = 10_000;
/** Callers who may stand at the gate at once; each holds a line, and is nobody yet. */
export const GATE_PLACES = 1024;

const [ESC, CR, LF, NUL] = [0x1b, 13, 10, 0];
const PRESSES = 2;

/** Whether this ESC is the key of its own, and not the beginning of an arrow or the like: ESC [ A, ESC O P. */
const isKey = (bytes: Uint8Array, at: number): boolean => bytes[at + 1] !== 0x5b && bytes[at + 1] !== 0x4f;

/** How many bytes of an Enter these begin with: CR LF, CR NUL, CR or LF. */
function enterIn([first, second]: Uint8Array): number {
  if (first === CR) return second === LF || second === NUL ? 2 : 1;
  return first === LF ? 1 : 0;
}

/**
 * A gate for people: whoever is still welcome is asked to press ESC twice, and passes when they have. Scanners and bots
 * that don't within ten seconds, or hang up, are refused (`gate`), and never become a session; nor do those who speak another protocol
 * (`wrong-protocol`). What follows the second ESC is typed ahead, but for an Enter at once, without which some clients send nothing.
 * So is, as `full`,
 * whoever comes while 1,024 stand there, and, as `draining`, whoever stands there at an order to go down. Emits each in
 * the order in which they are through; completes when its source has and nobody stands there any more.
 *
 * @param order$ Orders to go down.
 * @example
 * ```ts
 * import { createSessionManager, lobby, type Knock } from 'impulse-bbs';
 * import { humanGate } from 'impulse-bbs/streams';
 * import { asyncScheduler, NEVER, type Observable } from 'rxjs';
 *
 * const { run } = createSessionManager({ app: lobby() });
 * const open = (knock$: Observable<Knock>) => run(knock$.pipe(humanGate(NEVER, asyncScheduler)));
 * open(NEVER).subscribe((event) => console.log(event.type));
 * ```
 */
export function humanGate(
  order$: Observable<unknown>,
  scheduler: SchedulerLike,
): OperatorFunction<Knock, Knock> {
  return (knock$) =>
    defer(() => {
      let standing = 0;

      const ask = (connection: Connection): Observable<Knock> => {
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
          map((): Knock => connection),
          endWith(null),
          map(
            (knock) =>
              knock ??
              refused(connection, 'gate', undefined, connection.bytesIn === 0 ? 'silent' : undefined),
          ),
          catchError((error) => of(givenUp(connection, error))),
        );
        const late$ = timer(GATE_MS, scheduler).pipe(map(() => refused(connection, 'gate')));
        const closing$ = order$.pipe(map(() => refused(connection, 'draining')));
        const asked$ = defer(() => {
          standing += 1;
          connection.write(`${texts.GATE}\n`);
          return merge(person$, late$, closing$);
        });
        return asked$.pipe(
          catchError((error) => of(refusedByError(connection, error))),
          take(1),
          tap(() => {
            decided = true;
          }),
          finalize(() => {
            standing -= 1;
            // Nobody else knows of the line yet.
            if (!decided) connection.destroy();
          }),
        );
      };

      return knock$.pipe(
        mergeMap((knock) => {
          if (isRefused(knock)) return of(knock);
          return standing < GATE_PLACES ? defer(() => ask(knock)) : of(refused(knock, 'full'));
        }),
      );
    });
}

function givenUp(connection: Connection, error: unknown): Knock {
  if (isForeign(error)) return { ...refused(connection, error.reason), ...protocolOf(error) };
  // One whose line broke has shown nothing, good or bad.
  return error instanceof SessionEnd && error.reason === 'connection-error'
    ? refusedByError(connection, error.cause)
    : refused(connection, 'gate');
}
