import {
  concat,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  take,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { inSlices } from '../rx/in-slices.js';
import * as messages from '../terminal/messages.js';
import type { ServerEvent } from '../types/events.js';
import type { EndReason, Session } from '../types/session.js';

/** An order to shut down. The first begins the drain; `force` cuts off all sessions. */
export interface ShutdownOrder {
  readonly reason: string;
  readonly force: boolean;
}

/** What the drain does to a session. */
export interface Drainable extends Pick<Session, 'state'> {
  announce(text: string): void;
  end(reason: EndReason): void;
}

const OVER = Symbol('over');

/**
 * Shuts the board down at an order. Emits `serverDraining`, ends the sessions that wait or log in, and tells
 * the active ones how long they have. After `graceMs` it ends those too. When the last connection is gone, it
 * emits `serverClosed` with the outcome, and completes. New connections are refused by the operator upstream.
 * Without an order it does nothing until the source completes.
 *
 * @param calls All sessions, including those that wait.
 * @param graceMs `null` waits for the last caller, however long.
 */
export function drain(
  order$: Observable<ShutdownOrder>,
  calls: ReadonlyMap<number, Drainable>,
  graceMs: number | null,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<ServerEvent> {
  return (event$) =>
    defer(() => {
      let began = { reason: 'finished', at: scheduler.now() };
      let draining = false;
      let drained = 0;
      let forced = 0;

      /**
       * Ends the sessions that wait or log in synchronously, so that none is let in meanwhile; the others in
       * slices. The last come first, so that no caller moves up only to be ended.
       */
      const part = (act: (call: Drainable) => void, others: (call: Drainable) => void) => {
        const [waiting, entering, active] = [[], [], []] as [Drainable[], Drainable[], Drainable[]];
        for (const call of calls.values()) {
          const { state } = call;
          (state === 'waiting' ? waiting : state === 'active' ? active : entering).push(call);
        }
        for (const call of [...waiting.reverse(), ...entering.reverse()]) others(call);
        return inSlices(active.reverse(), act, scheduler);
      };
      const endAll = (reason: EndReason) => {
        const end = (call: Drainable) => call.end(reason);
        return part(end, end);
      };
      const dismiss = () =>
        part(
          (call) => call.announce(messages.draining(graceMs)),
          (call) => call.end('shutdown'),
        );

      const draining$ = order$.pipe(
        take(1),
        map(({ reason }): ServerEvent => {
          draining = true;
          began = { reason, at: scheduler.now() };
          const isOnLine = ({ state }: Drainable) => state !== 'waiting' && state !== 'closing';
          const sessions = [...calls.values()].filter(isOnLine).length;
          return { type: 'serverDraining', reason, sessions, graceMs };
        }),
      );
      const life$ = event$.pipe(
        tap((event) => {
          if (!draining || event.type !== 'sessionClosed' || event.node === 0) return;
          if (event.flushed && event.reason !== 'forced') drained += 1;
          else forced += 1;
        }),
        endWith(OVER),
      );
      const sendHome$ = order$.pipe(
        mergeMap(({ force }, index) => {
          if (force) return endAll('forced');
          if (index > 0) return EMPTY;
          const over$ = graceMs === null ? EMPTY : timer(graceMs, scheduler);
          return merge(dismiss(), over$.pipe(mergeMap(() => endAll('shutdown'))));
        }),
        ignoreElements(),
      );
      const closed$ = defer(() => {
        const durationMs = scheduler.now() - began.at;
        return of<ServerEvent>({ type: 'serverClosed', reason: began.reason, drained, forced, durationMs });
      });

      // Subscribed in this order, so the three receive a shutdown order in this order.
      return concat(
        merge(draining$, life$, sendHome$).pipe(takeWhile((event): event is ServerEvent => event !== OVER)),
        closed$,
      );
    });
}
