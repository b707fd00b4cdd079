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
import * as texts from '../terminal/texts.js';
import type { ServerEvent } from '../types/events.js';
import type { EndReason, Session } from '../types/session.js';

/** An order to go down. The first begins the drain; one with `force` cuts everybody off. */
export interface ShutdownOrder {
  readonly reason: string;
  readonly force: boolean;
}

/** What the drain does to a call. */
export interface Drainable extends Pick<Session, 'state'> {
  announce(text: string): void;
  end(reason: EndReason): void;
}

const OVER = Symbol('over');

/**
 * Going down, in order: `serverDraining`; then whoever is waiting or logging in is sent away, and those who
 * are active are told how long they have; after `graceMs` the rest is sent home too. The stage above has
 * stopped new callers at the same order. When the last line is gone, early or late: `serverClosed`, with how
 * it went, and completion. Without an order it does nothing until the source completes.
 *
 * @param calls Everybody on line, the waiting ones too.
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
       * Whoever waits or logs in is sent away in one go, so that nobody is let in meanwhile; the rest in slices. The last come
       * first: nobody is moved up only to be sent away.
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
          (call) => call.announce(texts.draining(graceMs)),
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

      // The order of the three is the order in which they hear of a shutdown.
      return concat(
        merge(draining$, life$, sendHome$).pipe(takeWhile((event): event is ServerEvent => event !== OVER)),
        closed$,
      );
    });
}
