import { config, finalize, map, NEVER } from 'rxjs';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import { diagram } from '../../lib/testing/simulation/diagram.js';
import { shrink } from '../../lib/testing/simulation/shrink.js';
import { simulate } from '../../lib/testing/simulation/simulate.js';
import type { App } from '../../streams/types/app.js';

/** New seeds in each run. */
const first = Math.floor(Math.random() * 1_000_000);
const SEEDS = Array.from({ length: 12 }, (_, index) => first + index);

describe('simulate', () => {
  const before = config.onUnhandledError;
  let unheard: unknown[];
  beforeEach(() => {
    unheard = [];
    config.onUnhandledError = (error) => unheard.push(error);
  });
  afterEach(async () => {
    // RxJS reports unhandled errors in a later task.
    await new Promise((resolve) => setTimeout(resolve));
    config.onUnhandledError = before;
    expect(unheard).toEqual([]);
  });

  for (const seed of SEEDS)
    it(`finds no violation in eight hours of seed ${seed}`, () => {
      const run = simulate({ seed, hours: 8 });
      expect(run.violation).toBeNull();
      expect(run.events.at(-1)?.event.type).toBe('serverClosed');
    });

  it('repeats a run exactly, and differs for another seed', () => {
    const [one, again, other] = [5, 5, 6].map((seed) => simulate({ seed, hours: 3 }));
    expect(again).toEqual(one as never);
    expect(other?.hash).not.toBe(one?.hash as string);
  });

  it('runs some callers alone, who do the same as among others', () => {
    const all = simulate({ seed: 3, hours: 2 });
    const some = simulate({ seed: 3, hours: 2, only: all.callers.slice(0, 2) });
    expect(some.callers).toEqual(all.callers.slice(0, 2));
    expect(some.events.length).toBeLessThan(all.events.length);
  });

  it('has callers by telnet and without it, and some of both are refused', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1)
      for (const { event } of simulate({ seed, hours: 6, app: lobby }).events)
        if ('address' in event && 'transport' in event) met.add(`${event.type} ${event.transport}`);
    for (const type of ['sessionOpened', 'sessionWaiting', 'sessionClosed', 'connectionRefused'])
      for (const transport of ['telnet', 'web']) expect(met).toContain(`${type} ${transport}`);
  });

  it('covers all events and all reasons for an end', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1)
      for (const { event } of simulate({ seed, hours: 6 }).events)
        met.add('reason' in event ? `${event.type} ${event.reason}` : event.type);
    for (const type of [
      'sessionWaiting',
      'sessionAuthenticated',
      'sessionWarned idle',
      'sessionWarned time-limit',
      'addressPenalised',
    ])
      expect(met).toContain(type);
    for (const reason of [
      'hangup',
      'idle',
      'login-timeout',
      'time-limit',
      'lost',
      'slow',
      'app-done',
      'app-error',
      'kicked',
      'shutdown',
      'taken-over',
      'protocol',
    ])
      expect(met).toContain(`sessionClosed ${reason}`);
    for (const reason of ['full', 'rate', 'address', 'gate', 'draining'])
      expect(met).toContain(`connectionRefused ${reason}`);
  });

  describe('with a faulty app', () => {
    /** A lobby that enters another room, and never leaves it. */
    const stays = (): App => {
      const app = lobby();
      return (session, services) => {
        services.bus.enter('porch', { callId: session.callId, handle: 'x' }).subscribe();
        return app(session, services);
      };
    };
    /** A lobby that publishes every third line twice. */
    const stutters = (): App => {
      const app = lobby();
      return (session, services) => {
        let count = 0;
        const publish: typeof services.bus.publish = (channel, message) => {
          services.bus.publish(channel, message);
          count += 1;
          if (count % 3 === 0) services.bus.publish(channel, message);
        };
        return app(session, { ...services, bus: { ...services.bus, publish } });
      };
    };
    /** An app that leaves a timer behind. */
    const forgets =
      (): App =>
      (session, { scheduler }) =>
        session.line$.pipe(finalize(() => scheduler.schedule(() => {}, 100 * 3_600_000)));

    for (const [what, app, words] of [
      ['a presence', stays, 'somebody is left in a room'],
      ['the count of its lines', stutters, / reads #\d+\.\d+; of caller \d+ after line /],
      ['a timer', forgets, / timers are left/],
    ] as const)
      it(`finds the fault and the callers it needs: ${what}`, () => {
        const options = { hours: 3, app };
        const run = Array.from({ length: 20 }, (_, seed) => simulate({ ...options, seed })).find(
          ({ violation }) => violation !== null,
        );
        expect(run?.violation).toMatch(words);
        if (!run) return;
        const small = shrink({ ...options, seed: run.seed }, run);
        expect(small.violation).toMatch(words);
        expect(small.callers.length).toBeLessThanOrEqual(3);
        expect(diagram(small)).toMatch(/session 1 {2}[-(]*o/);
      });
  });

  it('accepts an app that never ends', () => {
    expect(simulate({ seed: 1, hours: 1, app: () => () => NEVER }).violation).toBeNull();
  });

  it('accepts an app that writes much', () => {
    const parrot = (): App => (session) => session.line$.pipe(map((line) => `${line}\n`.repeat(50)));
    expect(simulate({ seed: 2, hours: 2, app: parrot }).violation).toBeNull();
  });
});
