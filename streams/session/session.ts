import { concat, defer, EMPTY, Observable, tap, timeout } from 'rxjs';
import type { Admitted } from '../admission/admitted.js';
import { alsoSubscribe } from '../rx/also-subscribe.js';
import { catchTeardownError } from '../rx/catch-teardown-error.js';
import { followedBy } from '../rx/followed-by.js';
import { streamOf } from '../rx/stream-of.js';
import type { TimerWheel } from '../rx/timer-wheel.js';
import { lineDiscipline } from '../terminal/line-discipline.js';
import type { App, Authenticator } from '../types/app.js';
import type { Output } from '../types/connection.js';
import type { ServerEvent } from '../types/events.js';
import { conclude } from './conclude.js';
import { inputRate } from './input-rate.js';
import { inputSlices } from './input-slices.js';
import { keepAlive } from './keep-alive.js';
import { loginTimeout } from './login-timeout.js';
import { type ReporterParts, SessionReporter } from './session-reporter.js';
import { sessionTimeouts } from './session-timeouts.js';
import { signIn } from './sign-in.js';
import { talk } from './talk.js';
import { terminable } from './terminable.js';
import { waitForNode } from './wait-for-node.js';

/** What a session needs of its board. */
export interface SessionParts extends ReporterParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  readonly timerWheel: TimerWheel;
}

/** How long a client may say nothing before it counts as a caller. Scanners speak first, or after our greeting. */
const OPENING_MS = 500;

/**
 * One caller's whole life, as events. Subscribing runs it; unsubscribing destroys the connection and frees
 * everything.
 *
 * Emits `sessionOpened` (after `sessionWaiting`, if the caller had to wait) before anything can end the session,
 * `sessionClosing` when the reason of the end is settled, and `sessionClosed` when the connection is gone; then
 * completes. A client that turns out to speak another protocol never becomes a session: `connectionRefused`
 * replaces all three. `sessionOpened` waits for the first bytes, for half a second at most; the caller is greeted
 * at once. Never errors: a failure is the reason of this session's end.
 */
export function session(admitted: Admitted, parts: SessionParts): Observable<ServerEvent> {
  return new Observable((subscriber) => {
    const reporter = new SessionReporter(subscriber, admitted, parts);
    const { call } = reporter;
    parts.calls.set(call.id, call);
    life$(reporter, parts)
      .pipe(conclude((error) => reporter.farewell$(error)))
      .subscribe(subscriber);
    return () => reporter.free();
  });
}

/** The wait for a node, if there is one, and the conversation. Emits nothing, and errors with the session's end. */
function life$(reporter: SessionReporter, parts: SessionParts): Observable<never> {
  const { call } = reporter;
  const { limits, services, timerWheel, slices } = parts;
  const input$ = call.connection.input$.pipe(
    inputRate(limits.inputRate, call, services.scheduler),
    keepAlive(call, limits.deadPeerTimeoutMs, timerWheel, services.scheduler),
    inputSlices(call, slices),
  );
  const talking = (): Observable<never> => {
    reporter.connected();
    return input$.pipe(
      sessionTimeouts(call, limits, timerWheel, services.scheduler, reporter),
      terminable(call),
      lineDiscipline(call.screen, call.typeAhead),
      talk(call.typeAhead, conversation$(reporter, parts), call),
    );
  };
  const { verdict, position$ } = call.admitted;
  if (verdict === 'admitted') return talking();
  return concat(
    waitForNode(input$, position$, call, (position) => reporter.waits(position)),
    defer(talking),
  );
}

/** Opens the session when the client is recognised as a caller, or has said nothing for a while. */
function opening$(reporter: SessionReporter, { services: { scheduler } }: SessionParts): Observable<never> {
  const { recognised$ = EMPTY } = reporter.call.connection;
  return recognised$.pipe(
    timeout({ first: OPENING_MS, scheduler, with: () => EMPTY }),
    tap({ complete: () => reporter.open() }),
  );
}

/** The login, and then the app. Emits what they say. */
function conversation$(reporter: SessionReporter, parts: SessionParts): Observable<Output> {
  const { call } = reporter;
  const { authenticate, services, limits } = parts;
  const login$ = defer(() => streamOf('an authenticator', authenticate(call, services))).pipe(
    catchTeardownError({ teardownFailed: (error) => reporter.callbackFailed('authenticate', error) }),
    loginTimeout(limits.loginTimeoutMs, services.scheduler),
    signIn(reporter),
    alsoSubscribe(opening$(reporter, parts)),
  );
  return login$.pipe(followedBy(defer(() => (call.user && !call.ending ? app$(reporter, parts) : EMPTY))));
}

const app$ = (reporter: SessionReporter, { app, services }: SessionParts): Observable<Output> =>
  streamOf('an app', app(reporter.call, services)).pipe(catchTeardownError(reporter));
