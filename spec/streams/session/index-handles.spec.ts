import fc from 'fast-check';
import { Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { handleIndex, indexHandles } from '../../../streams/session/index-handles.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { SessionId, SessionInfo } from '../../../streams/types/session.js';
import { holds } from '../../support/holds.js';
import { someone } from '../../support/lobby.js';

/** Case doesn't matter; an `i` looks like an `l`. */
const folded = (handle: string) => handle.toLowerCase();
const looksOf = (handle: string) => [handle, folded(handle)].map((text) => text.replaceAll('i', 'l'));

/** An index that counts the handles it examines. */
function counted() {
  const counts = { handles: 0 };
  const index = handleIndex({
    folded: (handle) => {
      counts.handles += 1;
      return folded(handle);
    },
    looksOf: (handle) => {
      counts.handles += 1;
      return looksOf(handle);
    },
  });
  return { index, counts };
}

const ids = (infos: Iterable<SessionInfo>) => [...infos].map(({ id }) => id);

describe('handleIndex', () => {
  it('finds sessions by handle ignoring case, the oldest first', () => {
    const { index } = counted();
    for (const info of [someone(1, 'Ann'), someone(2, 'bob'), someone(3, 'ann')]) index.add(info);
    expect(ids(index.named('ANN'))).toEqual([1, 3]);
    expect(ids(index.named('eve'))).toEqual([]);
    index.remove(1);
    expect(ids(index.named('ann'))).toEqual([3]);
  });

  it('finds a handle that looks alike, until its last session has left', () => {
    const { index } = counted();
    index.add(someone(1, 'lan'));
    index.add(someone(2, 'lan'));
    expect(index.alike('Jan')).toBeUndefined();
    expect(index.alike('ian')?.id).toBe(1);
    index.remove(1);
    expect(index.alike('ian')?.id).toBe(2);
    index.remove(2);
    expect(index.alike('ian')).toBeUndefined();
  });

  it('lists the handles with a prefix, sorted and without duplicates', () => {
    const { index } = counted();
    for (const [id, handle] of ['bob', 'Anna', 'ann', 'ann', 'zoe'].entries()) index.add(someone(id, handle));
    expect(index.beginning('AN')).toEqual(['Anna', 'ann']);
    expect(index.beginning('')).toEqual(['Anna', 'ann', 'bob', 'zoe']);
    expect(index.beginning('c')).toEqual([]);
    index.remove(2);
    expect(index.beginning('ann')).toEqual(['Anna', 'ann']);
    index.remove(3);
    expect(index.beginning('ann')).toEqual(['Anna']);
  });

  it('holds logged-in sessions once each, ordered by id', () => {
    const { index } = counted();
    for (const info of [someone(2, 'bob'), someone(1, 'ann'), someone(3, null), someone(2, 'bob')])
      index.add(info);
    index.remove(7);
    expect([index.size, ids(index.values())]).toEqual([2, [1, 2]]);
    index.clear();
    expect([index.size, ids(index.named('ann')), index.alike('bob'), index.beginning('')]).toEqual([
      0,
      [],
      undefined,
      [],
    ]);
  });

  it('examines no more handles with a thousand sessions than with none', () => {
    const looks = (online: number) => {
      const { index, counts } = counted();
      // The first query builds the index.
      index.alike('nobody');
      index.beginning('nob');
      for (let id = 1; id <= online; id += 1) index.add(someone(id, `user${id}`));
      counts.handles = 0;
      index.add(someone(5000, 'ann'));
      index.alike('nobody');
      index.named('nobody');
      index.beginning('nob');
      index.remove(5000);
      return counts.handles;
    };
    expect(looks(1000)).toBe(looks(0));
  });

  it('computes nothing for queries that are never made', () => {
    const { index, counts } = counted();
    index.add(someone(1, 'ann'));
    index.add(someone(2, 'bob'));
    index.remove(1);
    expect(counts.handles).toBe(0);
    expect(ids(index.named('bob'))).toEqual([2]);
    expect(index.named('ann')).toEqual([]);
    expect(index.beginning('')).toEqual(['bob']);
  });

  it('finds the same as a full scan', () => {
    const handle = fc.stringMatching(/^[aAiIl]{1,3}$/);
    const step = fc.oneof(
      fc.record({ id: fc.nat(6), handle }),
      fc.record({ id: fc.nat(6), handle: fc.constant(null) }),
    );
    holds(
      fc.property(fc.array(step, { maxLength: 20 }), handle, fc.nat(20), (steps, asked, askedAt) => {
        const { index } = counted();
        const online = new Map<SessionId, SessionInfo>();
        for (const [at, { id, handle }] of steps.entries()) {
          if (at === askedAt) [index.named(asked), index.alike(asked), index.beginning(asked)];
          if (handle === null) {
            index.remove(id);
            online.delete(id);
          } else if (!online.has(id)) {
            const info = someone(id, handle);
            index.add(info);
            online.set(id, info);
          }
        }
        const byId = [...online.values()].sort((one, other) => one.id - other.id);
        const all = byId.map((info) => ({ id: info.id, handle: info.user?.handle ?? '' }));
        throwUnless(ids(index.named(asked))).toEqual(
          all.filter((one) => folded(one.handle) === folded(asked)).map(({ id }) => id),
        );
        throwUnless(index.beginning(asked)).toEqual(
          [...new Set(all.map((one) => one.handle))]
            .filter((one) => folded(one).startsWith(folded(asked)))
            .sort(),
        );
        const looks = looksOf(asked);
        const isAlike = all.some((one) => looksOf(one.handle).some((look) => looks.includes(look)));
        throwUnless(index.alike(asked) !== undefined).toBe(isAlike);
      }),
    );
  });
});

describe('indexHandles', () => {
  const authenticated = (session: SessionId): ServerEvent => ({
    type: 'sessionAuthenticated',
    session,
    node: session,
    handle: 'x',
  });
  const closing = (session: SessionId): ServerEvent => ({
    type: 'sessionClosing',
    session,
    node: session,
    reason: 'idle',
  });
  const sessions = new Map([1, 2].map((id) => [id, someone(id, `user${id}`)]));

  it(
    'is up to date when an event is received, and empty at the end',
    marbles((m) => {
      const { index } = counted();
      const event$ = m.cold('-a-b-c-d-|', {
        a: authenticated(1),
        b: authenticated(2),
        c: closing(1),
        d: authenticated(9),
      });
      const seen: number[] = [];
      event$.pipe(indexHandles(sessions, index)).subscribe(() => seen.push(index.size));
      m.expect(event$.pipe(indexHandles(sessions, counted().index))).toBeObservable(event$);
      m.flush();
      expect(seen).toEqual([1, 2, 1, 1]);
      expect(index.size).toBe(0);
    }),
  );

  it('passes an error on, and is empty when unsubscribed', () => {
    const { index } = counted();
    const events = new Subject<ServerEvent>();
    const errors: unknown[] = [];
    const heard = events.pipe(indexHandles(sessions, index)).subscribe();
    events.next(authenticated(1));
    expect(index.size).toBe(1);
    heard.unsubscribe();
    expect([index.size, events.observed]).toEqual([0, false]);

    events.pipe(indexHandles(sessions, index)).subscribe({ error: (error) => errors.push(error) });
    events.error('oops');
    expect(errors).toEqual(['oops']);
  });
});
