// Compiled by `npm run types`, never run: each line is a claim about the types that users of the package see.
import type { EndReason, RefusalReason, ServerEvent, SessionClosed, SessionId } from 'impulse-bbs';
import { type ConnectionAttempt, inOrder, isRefused, type Summary, summarise } from 'impulse-bbs/streams';
import { asyncScheduler, filter, type Observable } from 'rxjs';
import { expectType, type Same } from '../support/same.js';

type Named<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>;

expectType<
  Same<
    ServerEvent['type'],
    | 'serverListening'
    | 'serverSuspended'
    | 'serverResumed'
    | 'connectionRefused'
    | 'addressPenalised'
    | 'sessionWaiting'
    | 'sessionOpened'
    | 'loginAttemptFailed'
    | 'sessionAuthenticated'
    | 'sessionWarned'
    | 'sessionClosing'
    | 'sessionClosed'
    | 'callbackFailed'
    | 'serverDraining'
    | 'serverClosed'
    | 'serverFailed'
  >
>();
expectType<Same<Named<'sessionClosed'>, SessionClosed>>();
expectType<Same<Named<'sessionClosing'>['reason'], EndReason>>();
expectType<Same<Named<'connectionRefused'>['reason'], RefusalReason>>();
expectType<Same<Named<'sessionWarned'>['reason'], 'idle' | 'time-limit'>>();
expectType<Same<Named<'serverDraining'>['graceMs'], number | null>>();
expectType<Same<keyof Named<'sessionAuthenticated'>, 'type' | 'session' | 'node' | 'handle'>>();

/** An event is known by its type, in a `switch` and in a `filter`. */
export function told(event: ServerEvent, event$: Observable<ServerEvent>) {
  switch (event.type) {
    case 'sessionClosed':
      expectType<Same<typeof event.durationMs, number>>();
      break;
    case 'sessionWaiting':
      expectType<Same<typeof event.position, number>>();
      // @ts-expect-error a waiting caller has no node
      return event.node;
    case 'serverListening':
      // @ts-expect-error it belongs to no session
      return event.session;
    default:
      // @ts-expect-error not every event that is left has one
      return event.handle;
  }
  const session$ = event$.pipe(filter((one) => 'session' in one && 'node' in one));
  const closed$ = event$.pipe(filter(({ type }) => type === 'sessionClosed'));
  expectType<Same<typeof closed$, Observable<ServerEvent>>>();
  const known$ = event$.pipe(filter((one) => one.type === 'sessionClosed'));
  expectType<Same<typeof known$, Observable<SessionClosed>>>();
  const logged$ = event$.pipe(inOrder(), summarise(asyncScheduler));
  expectType<Same<typeof logged$, Observable<ServerEvent | Summary>>>();
  return session$.pipe(filter(({ session }) => session === (1 satisfies SessionId)));
}

/** A caller at the door is welcome, or refused with a reason. */
export const reasonOf = (attempt: ConnectionAttempt): RefusalReason | null => {
  // @ts-expect-error who is welcome has none
  if (!isRefused(attempt)) return attempt.reason;
  return attempt.reason;
};
