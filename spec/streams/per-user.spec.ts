import { of } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { perUser } from '../../streams/per-user.js';
import type { Limits, SessionId, SessionInfo, User } from '../../streams/types.js';

/** Somebody logs in while these are on line, by id; what became of them all. */
function logsIn(
  user: User,
  online: Record<SessionId, User | null>,
  limits: Pick<Limits, 'maxPerUser' | 'perUser'>,
): { in: boolean; ended: number[]; read: string } {
  const sessions = new Map(
    Object.entries(online).map(([id, user]) => [
      Number(id),
      { id: Number(id), user } as unknown as SessionInfo,
    ]),
  );
  const ended: number[] = [];
  let read = '';
  let isIn = false;
  const write = (text: string) => {
    read += text;
  };
  of(user)
    .pipe(perUser(limits, sessions, { write, takeOver: (id) => ended.push(id) }))
    .subscribe(() => {
      isIn = true;
    });
  return { in: isIn, ended, read };
}

const ann = { handle: 'ann' };
const bob = { handle: 'bob' };

describe('perUser', () => {
  it('lets in who is on line less often than they may', () => {
    expect(logsIn(ann, { 1: ann, 2: bob, 3: null }, { maxPerUser: 2, perUser: 'deny' })).toEqual({
      in: true,
      ended: [],
      read: '',
    });
  });

  it('takes over the oldest call, and says so', () => {
    expect(logsIn(ann, { 1: bob, 2: ann, 3: ann }, { maxPerUser: 2, perUser: 'takeover' })).toEqual({
      in: true,
      ended: [2],
      read: '\nYour other call was closed. Welcome back.\n',
    });
  });

  it('takes over as many as are too many, when the limit was lowered', () => {
    expect(logsIn(ann, { 1: ann, 2: ann, 3: ann }, { maxPerUser: 1, perUser: 'takeover' }).ended).toEqual([
      1, 2, 3,
    ]);
  });

  it('denies, where that is the policy, and says how often they are on line', () => {
    expect(logsIn(ann, { 1: ann }, { maxPerUser: 1, perUser: 'deny' })).toEqual({
      in: false,
      ended: [],
      read: '\nYou are on line once already. Please hang up there first.\n',
    });
    expect(logsIn(ann, { 1: ann, 2: ann }, { maxPerUser: 2, perUser: 'deny' }).read).toContain(
      '2 times already',
    );
  });

  it('knows no limit of guests, nor of those who are unlimited, nor without one', () => {
    for (const user of [
      { handle: 'ann', guest: true },
      { handle: 'ann', unlimited: true },
    ]) {
      expect(logsIn(user, { 1: ann, 2: user }, { maxPerUser: 1, perUser: 'deny' }).in).toBe(true);
    }
    expect(logsIn(ann, { 1: ann, 2: ann }, { maxPerUser: null, perUser: 'deny' }).in).toBe(true);
  });

  it('takes no guest for the account of that name', () => {
    expect(logsIn(ann, { 1: { handle: 'ann', guest: true } }, { maxPerUser: 1, perUser: 'deny' }).in).toBe(
      true,
    );
  });

  it(
    'completes the login of who is denied, and is silent, empty, or fails with its source',
    marbles((m) => {
      const rule = perUser({ maxPerUser: 1, perUser: 'deny' }, new Map([[1, { user: ann } as SessionInfo]]), {
        write: () => {},
        takeOver: () => {},
      });
      const login$ = m.cold<User>('--a-', { a: ann });
      m.expect(login$.pipe(rule)).toBeObservable('--|');
      m.expect(login$).toHaveSubscriptions('^-!');
      m.expect(m.cold<User>('--b|', { b: bob }).pipe(rule)).toBeObservable('--b|', { b: bob });
      m.expect(m.cold<User>('--#').pipe(rule)).toBeObservable('--#');
      m.expect(m.cold<User>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<User>('---').pipe(rule), '--!').toBeObservable('---');
    }),
  );
});
