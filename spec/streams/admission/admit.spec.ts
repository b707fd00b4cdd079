import fc from 'fast-check';
import { map, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { type Admission, admit, type CapacityLimits } from '../../../streams/admission/admit.js';
import type { Admitted } from '../../../streams/admission/admitted.js';
import { isRefused } from '../../../streams/admission/refused.js';
import type { ConnectionAttempt, Refused } from '../../../streams/types/admission.js';
import { Failing } from '../../support/failing.js';
import { holds } from '../../support/holds.js';

const connection = fakeConnection(NEVER);
const BLOCKED: Refused = { verdict: 'refused', connection, reason: 'blocked' };
const KNOCKS: Record<string, ConnectionAttempt> = { a: connection, b: connection, c: connection, e: BLOCKED };

/** Untrusted callers only, with fixed limits. */
const admitting = (limits: Partial<CapacityLimits>, scheduler = new VirtualTimeScheduler()) =>
  admit(
    { maxSessions: 1, waitingRoom: 0, reserve: 0, maxUnauthenticated: null, ...limits },
    () => false,
    NEVER,
    () => 0,
    scheduler,
  );

/** A verdict in a word: `1 on 1`, `3 waits`, `full`. */
const verdict = map((admission: Admission) => {
  if (isRefused(admission)) return admission.reason;
  return admission.verdict === 'admitted' ? `${admission.id} on ${admission.node}` : `${admission.id} waits`;
});

/** What a caller does when told a position, or (0) a node. */
type Reaction = (place: number, caller: Caller) => void;

/** A caller who wasn't refused. */
interface Caller extends Admitted {
  /** The positions the caller was told; 0 is the node. */
  readonly told: number[];
}

/** Admission for callers who come one by one. */
function gate(maxSessions: number, waitingRoom: number) {
  const attempts = new Subject<ConnectionAttempt>();
  const came: Caller[] = [];
  let last: Admission | undefined;
  let reaction: Reaction = () => {};
  const scheduler = new VirtualTimeScheduler();
  attempts.pipe(admitting({ maxSessions, waitingRoom }, scheduler)).subscribe((admission) => {
    last = admission;
    if (isRefused(admission)) return;
    const react = reaction;
    const told: number[] = [];
    const caller: Caller = Object.assign(admission, { told });
    came.push(caller);
    if (admission.verdict === 'admitted') return;
    const hear = (place: number) => {
      told.push(place);
      react(place, caller);
    };
    admission.position$.subscribe({ next: hear, complete: () => hear(0) });
  });
  return {
    /** All callers who weren't refused, in order. */
    came,
    /** Runs the turns in which waiting callers are told their positions. */
    settle: () => scheduler.flush(),
    /** The next caller; `null` if refused. */
    attempt(whenTold: Reaction = () => {}): Caller | null {
      reaction = whenTold;
      attempts.next(connection);
      return last && !isRefused(last) ? (came.at(-1) ?? null) : null;
    },
  };
}

/** Admission with this many callers. */
function crowdedGate(maxSessions: number, waitingRoom: number, callers: number) {
  const board = gate(maxSessions, waitingRoom);
  const crowd = Array.from({ length: callers }, () => board.attempt() as Caller);
  return { ...board, crowd };
}

describe('admit', () => {
  it('gives nodes to the callers after one whose listener throws', () => {
    const { attempt, crowd } = crowdedGate(1, 2, 1);
    const [first, second] = [attempt(), attempt()] as [Caller, Caller];
    const failing = new Failing();
    failing.mended = true;
    first.position$.subscribe(failing);
    failing.mended = false;
    expect(() => crowd[0]?.leave()).toThrow();
    first.leave();
    expect(second.node).toBe(1);
  });

  describe('as an operator', () => {
    it(
      'lets callers in up to its capacity, then into the waiting room, and refuses the rest',
      marbles((m) => {
        const attempt = m.hot('a-b-(abc)-|', KNOCKS);
        const expected = '   1-2-(3ff)-|';
        const fates = { 1: '1 on 1', 2: '2 on 2', 3: '3 waits', f: 'full' };
        m.expect(attempt.pipe(admitting({ maxSessions: 2, waitingRoom: 1 }), verdict)).toBeObservable(
          expected,
          fates,
        );
        m.expect(attempt).toHaveSubscriptions('^---------!');
      }),
    );

    it(
      'passes on earlier refusals, and gives them no node',
      marbles((m) => {
        const attempt = m.hot('-eea|', KNOCKS);
        const expected = '   -bb1|';
        const fates = { b: 'blocked', 1: '1 on 1' };
        m.expect(attempt.pipe(admitting({ maxSessions: 1, waitingRoom: 0 }), verdict)).toBeObservable(
          expected,
          fates,
        );
      }),
    );

    it(
      'keeps separate counts per subscription',
      marbles((m) => {
        const attempt$ = m.cold('ab|', KNOCKS).pipe(admitting({ maxSessions: 1, waitingRoom: 0 }), verdict);
        const fates = { 1: '1 on 1', f: 'full' };
        m.expect(attempt$).toBeObservable('     1f|', fates);
        m.expect(attempt$, '---^').toBeObservable('---1f|', fates);
      }),
    );

    it(
      'is silent with a silent source, and completes with it',
      marbles((m) => {
        const limits = { maxSessions: 1, waitingRoom: 0 };
        m.expect(m.hot('---', KNOCKS).pipe(admitting(limits))).toBeObservable('---');
        m.expect(m.cold('  |', KNOCKS).pipe(admitting(limits))).toBeObservable('|');
      }),
    );

    it(
      'passes an error on',
      marbles((m) => {
        const attempt = m.hot('-a-#', KNOCKS);
        const verdict$ = attempt.pipe(admitting({ maxSessions: 1, waitingRoom: 0 }), verdict);
        m.expect(verdict$).toBeObservable('-1-#', { 1: '1 on 1' });
        m.expect(attempt).toHaveSubscriptions('^--!');
      }),
    );

    it(
      'unsubscribes its source when unsubscribed',
      marbles((m) => {
        const attempt = m.hot('-a-a-a-', KNOCKS);
        const unsub = '     ^---!';
        const verdict$ = attempt.pipe(admitting({ maxSessions: 9, waitingRoom: 0 }), verdict);
        m.expect(verdict$, unsub).toBeObservable('-1-2-', { 1: '1 on 1', 2: '2 on 2' });
        m.expect(attempt).toHaveSubscriptions(unsub);
      }),
    );
  });

  describe('a node', () => {
    it('is the lowest free one', () => {
      const { crowd, attempt } = crowdedGate(4, 0, 4);
      crowd[2]?.leave();
      crowd[0]?.leave();
      expect([attempt()?.node, attempt()?.node]).toEqual([1, 3]);
    });

    it('is freed once, however often the caller leaves', () => {
      const { crowd, attempt } = crowdedGate(1, 0, 1);
      crowd[0]?.leave();
      crowd[0]?.leave();
      expect(attempt()?.node).toBe(1);
      crowd[0]?.leave();
      expect(attempt()).toBeNull();
    });

    it('is freed once, even if the caller leaves again while the next enters', () => {
      const { crowd, attempt } = crowdedGate(1, 2, 1);
      const ann = attempt((place) => {
        if (place === 0) crowd[0]?.leave();
      });
      const bob = attempt();
      crowd[0]?.leave();
      expect([ann?.node, bob?.node]).toEqual([1, 0]);
    });

    it('goes at once to the first in the waiting room', () => {
      const { crowd, attempt } = crowdedGate(2, 2, 4);
      crowd[1]?.leave();
      expect(crowd.map(({ node }) => node)).toEqual([1, 2, 2, 0]);
      expect(crowd[2]?.told).toEqual([1, 0]);
      // The waiting room has room again; the board has none.
      expect(attempt()?.verdict).toBe('waiting');
      expect(attempt()).toBeNull();
    });

    it('is freed by a caller who waited for it, like any other', () => {
      const { crowd, attempt } = crowdedGate(1, 2, 3);
      crowd[0]?.leave();
      crowd[1]?.leave();
      crowd[1]?.leave();
      expect(crowd[2]?.node).toBe(1);
      crowd[2]?.leave();
      expect(attempt()?.node).toBe(1);
    });
  });

  describe('the waiting room', () => {
    it('tells callers their position, and each step forward', () => {
      const { crowd, settle } = crowdedGate(1, 3, 4);
      const [first, ann, bob, eve] = crowd;
      expect([ann?.told, bob?.told, eve?.told]).toEqual([[1], [2], [3]]);
      ann?.leave();
      settle();
      expect([ann?.told, bob?.told, eve?.told]).toEqual([[1], [2, 1], [3, 2]]);
      first?.leave();
      settle();
      expect([ann?.told, bob?.told, eve?.told]).toEqual([[1], [2, 1, 0], [3, 2, 1]]);
    });

    it("doesn't repeat a position that stays the same", () => {
      const { crowd, settle } = crowdedGate(1, 3, 4);
      const [, ann, bob, eve] = crowd;
      bob?.leave();
      settle();
      expect([ann?.told, eve?.told]).toEqual([[1], [3, 2]]);
    });

    it('frees a position once, however often the caller leaves', () => {
      const { crowd, attempt, settle } = crowdedGate(1, 2, 3);
      const [first, ann, bob] = crowd;
      ann?.leave();
      ann?.leave();
      settle();
      expect(bob?.told).toEqual([2, 1]);
      expect(attempt()?.told).toEqual([2]);
      expect(attempt()).toBeNull();
      first?.leave();
      expect(bob?.node).toBe(1);
    });

    it('never gives a node to a caller who left', () => {
      const { crowd, attempt } = crowdedGate(1, 1, 2);
      crowd[1]?.leave();
      crowd[0]?.leave();
      expect(crowd[1]?.node).toBe(0);
      expect(attempt()?.node).toBe(1);
    });

    it('handles a caller who leaves at the first position', () => {
      const { attempt } = crowdedGate(1, 1, 1);
      attempt((_place, caller) => caller.leave());
      expect(attempt()?.told).toEqual([1]);
    });

    it('handles a caller who leaves at a step forward', () => {
      const { crowd, attempt, settle } = crowdedGate(1, 3, 1);
      const ann = attempt();
      const bob = attempt((place, caller) => {
        if (place === 1) caller.leave();
      });
      const eve = attempt();
      ann?.leave();
      settle();
      expect(bob?.told).toEqual([2, 1]);
      expect(eve?.told.at(-1)).toBe(1);
      crowd[0]?.leave();
      expect([bob?.node, eve?.node]).toEqual([0, 1]);
    });

    it('handles a caller who leaves on getting the node: the next caller gets it', () => {
      const { crowd, attempt, settle } = crowdedGate(1, 3, 1);
      const ann = attempt((place, caller) => {
        if (place === 0) caller.leave();
      });
      const bob = attempt();
      const eve = attempt();
      crowd[0]?.leave();
      settle();
      expect([ann?.told.at(-1), bob?.told.at(-1), eve?.told.at(-1)]).toEqual([0, 0, 1]);
      expect(bob?.node).toBe(1);
    });

    it('handles a caller who comes while positions change: none is overtaken', () => {
      const board = crowdedGate(1, 3, 1);
      let late: Caller | null = null;
      const ann = board.attempt((place) => {
        if (place === 0) late = board.attempt();
      });
      const bob = board.attempt();
      board.crowd[0]?.leave();
      board.settle();
      expect([ann?.node, bob?.told.at(-1)]).toEqual([1, 1]);
      expect((late as Caller | null)?.told.at(-1)).toBe(2);
    });
  });

  it('tells each caller at most once when two thousand leave together', () => {
    const { crowd, settle } = crowdedGate(1, 2000, 2001);
    const [, ...waiters] = crowd;
    const notices = () => waiters.reduce((sum, { told }) => sum + told.length, 0);
    const before = notices();
    // The first one first: all others move up each time.
    for (const waiter of waiters.slice(0, 1999)) waiter.leave();
    settle();
    expect(notices() - before).toBe(1);
    expect(waiters.at(-1)?.told).toEqual([2000, 1]);
  });

  it('tells many callers in slices, and later changes in a pass of their own', () => {
    const { crowd, settle } = crowdedGate(1, 1000, 1001);
    const [, ...waiters] = crowd;
    waiters[0]?.leave();
    // The last of this pass is told before the first of the next.
    const heard: number[] = [];
    waiters[1]?.position$.subscribe((place) => {
      heard.push(place);
      if (place === 1) waiters[998]?.leave();
    });
    settle();
    expect(heard).toEqual([2, 1]);
    expect(waiters.slice(1, 998).map(({ told }) => told.at(-1))).toEqual(
      Array.from({ length: 997 }, (_, index) => index + 1),
    );
    expect(waiters[999]?.told).toEqual([1000, 998]);
  });

  it('tells no position after its source was unsubscribed', () => {
    const scheduler = new VirtualTimeScheduler();
    const attempts = new Subject<ConnectionAttempt>();
    const told: number[] = [];
    const waiters: Admitted[] = [];
    const running = attempts
      .pipe(admitting({ maxSessions: 1, waitingRoom: 2 }, scheduler))
      .subscribe((admission) => {
        if (isRefused(admission) || admission.verdict === 'admitted') return;
        waiters.push(admission);
        admission.position$.subscribe((place) => told.push(place));
      });
    for (let caller = 0; caller < 3; caller += 1) attempts.next(connection);
    waiters[0]?.leave();
    running.unsubscribe();
    scheduler.flush();
    expect(told).toEqual([1, 2]);
  });

  it('never reuses an id', () => {
    const { came, attempt } = gate(1, 1);
    for (let round = 0; round < 5; round += 1) {
      attempt();
      attempt();
      for (const caller of came) caller.leave();
    }
    expect(came.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('behaves like a simple model, in any order of arrivals and departures', () => {
    /** 0 is a new caller; n is the nth caller, who leaves, perhaps for the second time. */
    const step = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 }));
    const size = fc.record({
      maxSessions: fc.integer({ min: 1, max: 4 }),
      waitingRoom: fc.integer({ min: 0, max: 4 }),
    });
    holds(
      fc.property(size, fc.array(step, { maxLength: 60 }), ({ maxSessions, waitingRoom }, steps) => {
        const board = gate(maxSessions, waitingRoom);
        /** The model: the caller on each node, and the waiting callers in order. */
        const onNode = new Map<number, number>();
        const line: number[] = [];
        const sit = (who: number) => {
          const node = [1, 2, 3, 4].find((free) => ![...onNode.values()].includes(free)) ?? 0;
          onNode.set(who, node);
        };
        let came = 0;

        for (const who of steps) {
          if (who === 0) {
            const caller = board.attempt();
            if (onNode.size >= maxSessions && line.length >= waitingRoom) {
              throwUnless(caller).toBeNull();
              continue;
            }
            came += 1;
            throwUnless(caller?.id).toBe(came);
            if (onNode.size < maxSessions) sit(came);
            else line.push(came);
          } else {
            board.came[who - 1]?.leave();
            if (line.includes(who)) line.splice(line.indexOf(who), 1);
            else if (onNode.delete(who)) {
              const next = line.shift();
              if (next) sit(next);
            }
          }
          board.settle();
          for (const [id, node] of onNode) throwUnless(board.came[id - 1]?.node).toBe(node);
          for (const [index, id] of line.entries()) {
            throwUnless(board.came[id - 1]?.told.at(-1)).toBe(index + 1);
          }
        }
      }),
    );
  });

  it('never exceeds the capacity nor leaves a node free while a caller waits, even if callers act when told', () => {
    /**
     * A caller who, told one of these positions (0: the node), leaves, connects again for a friend, or ends
     * another session.
     */
    const caller = fc.record({
      leavesAt: fc.subarray([0, 1, 2, 3]),
      bringsFriendAt: fc.subarray([0, 1, 2]),
      throwsOut: fc.option(fc.record({ at: fc.integer({ min: 0, max: 3 }), who: fc.nat(20) })),
    });
    const step = fc.oneof(
      { weight: 2, arbitrary: caller },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }) },
    );
    holds(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), (maxSessions, steps) => {
        const waitingRoom = 3;
        const board = gate(maxSessions, waitingRoom);
        const gone = new Set<Caller>();
        const leave = (who: Caller | undefined) => {
          if (!who) return;
          gone.add(who);
          who.leave();
        };
        const present = () => board.came.filter((who) => !gone.has(who));
        const inside = () => present().filter(({ node }) => node > 0);
        let fitted = true;
        const look = () => {
          const taken = inside().map(({ node }) => node);
          fitted &&= new Set(taken).size === taken.length && Math.max(0, ...taken) <= maxSessions;
        };

        for (const what of steps) {
          if (typeof what === 'number') leave(board.came[what]);
          else {
            board.attempt((place, self) => {
              look();
              if (what.bringsFriendAt.includes(place)) board.attempt();
              if (what.throwsOut?.at === place) leave(board.came[what.throwsOut.who]);
              if (what.leavesAt.includes(place)) leave(self);
            });
          }
          look();
          board.settle();
          throwUnless(fitted).toBeTrue();
          const inLine = present().filter(({ node }) => node === 0);
          throwUnless(inLine.length).toBeLessThanOrEqual(waitingRoom);
          if (inLine.length > 0) throwUnless(inside().length).toBe(maxSessions);
          // First come, first served, and all callers know their position.
          throwUnless(inLine.map(({ told }) => told.at(-1))).toEqual(inLine.map((_, index) => index + 1));
        }
        throwUnless(board.came.map(({ id }) => id)).toEqual(board.came.map((_, index) => index + 1));
      }),
      { numRuns: 300 },
    );
  });

  it('handles ten thousand callers who leave on entering, without overflowing the stack', () => {
    const attempts = new Subject<ConnectionAttempt>();
    const left: number[] = [];
    let first: Admitted | undefined;
    attempts.pipe(admitting({ maxSessions: 1, waitingRoom: 10_000 })).subscribe((admission) => {
      if (isRefused(admission)) return;
      first ??= admission;
      const leave = () => {
        left.push(admission.id);
        admission.leave();
      };
      if (admission.verdict === 'waiting') admission.position$.subscribe({ complete: leave });
    });
    for (let caller = 0; caller <= 10_000; caller += 1) attempts.next(connection);

    first?.leave();

    expect(left).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 2));
  });

  describe('with further limits', () => {
    const at = (address: string) => fakeConnection(NEVER, { address });
    const TRUSTED = '192.0.2.99';

    /** Admission with changing limits, for connections from an address. */
    function door(given: Partial<CapacityLimits>, random = () => 0.5) {
      const limits: { -readonly [Key in keyof CapacityLimits]: CapacityLimits[Key] } = {
        maxSessions: 3,
        waitingRoom: 5,
        reserve: 0,
        maxUnauthenticated: null,
        ...given,
      };
      const attempts = new Subject<ConnectionAttempt>();
      const changed = new Subject<void>();
      let last: Admission | undefined;
      attempts
        .pipe(admit(limits, (address) => address === TRUSTED, changed, random, new VirtualTimeScheduler()))
        .subscribe((admission) => {
          last = admission;
        });
      const attempt = (address = '192.0.2.1', connection = at(address)) => {
        attempts.next(connection);
        return last as Admitted;
      };
      const fate = (admission: Admission) => (isRefused(admission) ? admission.reason : admission.node);
      return { limits, changed, attempts, attempt, fate };
    }

    it('reserves the last nodes for trusted callers', () => {
      const { attempt, fate } = door({ reserve: 1, waitingRoom: 0 });
      expect([attempt(), attempt(), attempt(), attempt(TRUSTED), attempt(TRUSTED)].map(fate)).toEqual([
        1,
        2,
        'full',
        3,
        'full',
      ]);
    });

    it('lets a trusted caller pass the waiters for an unreserved node', () => {
      const { attempt, fate } = door({ reserve: 1 });
      const [one, , waiting] = [attempt(), attempt(), attempt()];
      expect(fate(waiting)).toBe(0);
      const trusted = attempt(TRUSTED);
      expect(fate(trusted)).toBe(3);
      trusted.leave();
      expect(fate(waiting)).toBe(0);
      one.leave();
      expect(fate(waiting)).toBe(1);
    });

    it('fills new nodes from the waiting room first when the limit is raised', () => {
      const { limits, changed, attempt, fate } = door({ maxSessions: 1 });
      const [, first, second, third] = [attempt(), attempt(), attempt(), attempt()];
      limits.maxSessions = 3;
      expect(fate(attempt())).toBe(0);
      changed.next();
      expect([first, second, third].map((admitted) => fate(admitted as Admission))).toEqual([2, 3, 0]);
    });

    it('ends no session when the limit is lowered, and fills no node until there is room', () => {
      const { limits, changed, attempt, fate } = door({ maxSessions: 2 });
      const [one, two, waiting] = [attempt(), attempt(), attempt()];
      limits.maxSessions = 1;
      changed.next();
      one.leave();
      expect([fate(two), fate(waiting)]).toEqual([2, 0]);
      two.leave();
      expect(fate(waiting)).toBe(1);
    });

    it('unsubscribes the changes with its source', () => {
      const { changed, attempts } = door({});
      expect(changed.observed).toBe(true);
      attempts.complete();
      expect(changed.observed).toBe(false);
    });

    it('limits the callers who have not logged in, and admits one more for each login', () => {
      const { attempt, fate } = door({ maxSessions: 9, maxUnauthenticated: { start: 2, rate: 0, full: 2 } });
      const [one, two] = [attempt(), attempt()];
      expect([one, two, attempt()].map(fate)).toEqual([1, 2, 'rate']);
      one.loggedIn();
      one.loggedIn();
      expect([attempt(), attempt()].map(fate)).toEqual([3, 'rate']);
      two.leave();
      expect([attempt(), attempt()].map(fate)).toEqual([2, 'rate']);
      one.leave();
      expect(fate(attempt())).toBe('rate');
    });

    it('counts a silent guest for early drop, and for nothing else', () => {
      const early = { start: 2, rate: 0, full: 2 };
      const { attempt, fate } = door({ maxSessions: 9, maxUnauthenticated: early });
      const [one, two] = [attempt(), attempt()];
      one.loggedInAsGuest();
      two.loggedInAsGuest();
      expect(fate(attempt())).toBe('rate');
      two.leave();
      expect([attempt(), attempt()].map(fate)).toEqual([2, 'rate']);
    });

    it('gives a node to a waiting caller when another logs in as a guest', () => {
      const { limits, changed, attempt, fate } = door({ maxSessions: 1 });
      const [inside, waiting] = [attempt(), attempt()];
      limits.maxUnauthenticated = { start: 1, rate: 0, full: 1 };
      limits.maxSessions = 2;
      changed.next();
      expect(fate(waiting)).toBe(0);
      inside.loggedInAsGuest();
      expect(fate(waiting)).toBe(2);
    });

    it('stops counting a guest who sends more, and never counts a trusted one', () => {
      const typed = new Subject<string>();
      const { attempt, attempts, fate } = door({
        maxSessions: 9,
        maxUnauthenticated: { start: 1, rate: 0, full: 1 },
      });
      const guest = attempt('192.0.2.1', fakeConnection(typed));
      guest.connection.input$.subscribe();
      guest.loggedInAsGuest();
      attempt(TRUSTED).loggedInAsGuest();
      expect(fate(attempt())).toBe('rate');
      typed.next('hello\r');
      expect(fate(attempt())).toBe(3);
      attempts.complete();
    });

    it('admits trusted callers without counting them', () => {
      const { attempt, fate } = door({ maxSessions: 9, maxUnauthenticated: { start: 1, rate: 0, full: 1 } });
      expect([attempt(TRUSTED), attempt(), attempt(), attempt(TRUSTED)].map(fate)).toEqual([1, 2, 'rate', 3]);
    });

    it('refuses callers at random near the limit', () => {
      let chance = 0.49;
      const { attempt, fate } = door({ maxUnauthenticated: { start: 0, rate: 50, full: 100 } }, () => chance);
      expect(fate(attempt())).toBe('rate');
      chance = 0.5;
      expect(fate(attempt())).toBe(1);
    });

    it('gives a node to a waiting caller when another has logged in', () => {
      const { limits, changed, attempt, fate } = door({ maxSessions: 1 });
      const [inside, waiting] = [attempt(), attempt()];
      limits.maxUnauthenticated = { start: 1, rate: 0, full: 1 };
      limits.maxSessions = 2;
      changed.next();
      expect(fate(waiting)).toBe(0);
      inside.loggedIn();
      expect(fate(waiting)).toBe(2);
    });

    for (const [who, address] of [
      ['had logged in', undefined],
      ['is trusted', TRUSTED],
    ] as const) {
      it(`gives a node to a waiting caller when one who ${who} leaves`, () => {
        const { attempt, fate } = door({ maxSessions: 1 });
        const [inside, waiting] = [attempt(address), attempt()];
        inside.loggedIn();
        expect(fate(waiting)).toBe(0);
        inside.leave();
        expect(fate(waiting)).toBe(1);
      });
    }
  });
});
