import { concat, defer, map, mergeMap, Observable, take, takeWhile, tap } from 'rxjs';
import type { Admitted } from './admit.js';
import { Call } from './call.js';
import { contain } from './contain.js';
import { endable } from './endable.js';
import { expire } from './expire.js';
import type { Farewell } from './farewell.js';
import { inputRate } from './input-rate.js';
import { lines } from './lines.js';
import { perUser } from './per-user.js';
import { plain } from './plain.js';
import { probe } from './probe.js';
import type { ScreenParts } from './screen.js';
import { SessionEnd } from './session-end.js';
import type { Sweep } from './sweep.js';
import { talk } from './talk.js';
import * as texts from './texts.js';
import type { App, Authenticator, Limits, Output, ServerEvent, Services, SessionId } from './types.js';
import { wait } from './wait.js';

/** What a session needs of its board. */
export interface SessionParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  readonly services: Services;
  readonly limits: Limits;
  readonly screen: ScreenParts;
  readonly sweep: Sweep;
  readonly farewell: Farewell;
  /** Where the call is found by its id, from its beginning until its line is gone. */
  readonly calls: Map<SessionId, Call>;
}

/**
 * One caller's whole life, as events. Subscribing runs it; unsubscribing cuts the line and frees everything.
 *
 * Emits `sessionOpened` (after `sessionWaiting`, if there was a wait) before anything can end the session,
 * `sessionClosing` when the ending is decided, and `sessionClosed` when the line is gone; then completes.
 * Never errors: whatever goes wrong inside is the reason of that one ending.
 */
export function session(admitted: Admitted, parts: SessionParts): Observable<ServerEvent> {
  const { app, authenticate, services, limits, sweep, farewell, calls } = parts;
  const { scheduler } = services;

  return new Observable((events) => {
    const { id, connection } = admitted;
    const startedAt = scheduler.now();
    const call = new Call(admitted, limits.outputLimitBytes, scheduler, parts.screen, ({ reason, cause }) => {
      const error = reason === 'app-error' ? { error: cause } : {};
      if (call.node > 0)
        events.next({ type: 'sessionClosing', session: id, node: call.node, reason, ...error });
      admitted.leave();
    });
    calls.set(id, call);
    events.add(() => {
      calls.delete(id);
      admitted.leave();
      connection.destroy();
    });

    const tellPlace = (place: number) => {
      events.next({ type: 'sessionWaiting', session: id, address: call.address, place });
      call.write(`${texts.waiting(limits.maxSessions, place)}\n`);
    };
    const open = () => {
      call.become('connected');
      call.openedAt = call.lastInputAt = scheduler.now();
      events.next({ type: 'sessionOpened', session: id, node: call.node, address: call.address });
      call.become('authenticating');
    };
    const warn = (reason: 'idle' | 'time-limit', inMs: number) => {
      events.next({ type: 'sessionWarned', session: id, node: call.node, reason, inMs });
      call.announce(texts.warning(reason, inMs));
    };

    const onLine = () => !call.ending;
    const conversation$: Observable<Output> = defer(() => authenticate(call, services)).pipe(
      contain(),
      take(1),
      // An authenticator whose lines complete may still name a guest: the call is over, though.
      takeWhile(onLine),
      // Whatever the authenticator lets in, a handle is text on every screen.
      map((user) => ({ ...user, handle: plain(user.handle) })),
      perUser(limits, services.sessions, {
        write: (text) => call.write(text),
        takeOver: (other) => calls.get(other)?.end('taken-over'),
      }),
      tap((user) => {
        call.user = user;
        call.become('active');
        events.next({ type: 'sessionAuthenticated', session: id, node: call.node, handle: user.handle });
        // Somebody who waits may be let in by it, and their events come next.
        admitted.loggedIn();
      }),
      // Whoever heard of the login may have ended the call.
      takeWhile(onLine),
      mergeMap(() => defer(() => app(call, services)).pipe(contain())),
    );

    const input$ = connection.input$.pipe(
      inputRate(limits.inputRate, (on) => call.pause(on), scheduler),
      probe(call, limits.deadPeerTimeoutMs, sweep, scheduler),
    );
    const life$ = defer(() => {
      open();
      return input$.pipe(
        expire(call, limits, sweep, scheduler, warn),
        endable(call),
        lines(call.screen, call.typeAhead),
        talk(call.typeAhead, conversation$, (output) => call.write(output)),
      );
    });

    const close = (error: unknown) => {
      const { reason } = call.decide(
        error instanceof SessionEnd ? error : new SessionEnd('app-error', error),
      );
      if (reason === 'forced') connection.destroy();
      let flushed = false;
      events.add(
        farewell(connection, texts.GOODBYES[reason]).subscribe({
          next: (sent) => {
            flushed = sent;
          },
          complete() {
            call.become('closed');
            events.next({
              type: 'sessionClosed',
              session: id,
              node: call.node,
              address: call.address,
              reason,
              bytesIn: call.bytesIn,
              bytesOut: call.bytesOut,
              durationMs: scheduler.now() - startedAt,
              flushed,
            });
            events.complete();
          },
        }),
      );
    };

    const lifetime$ =
      admitted.verdict === 'waiting' ? concat(wait(input$, admitted.place$, call, tellPlace), life$) : life$;
    events.add(lifetime$.subscribe({ error: close, complete: () => close(new SessionEnd('app-done')) }));
  });
}
