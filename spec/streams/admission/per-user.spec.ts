import { type Accounts, perUser } from '../../../streams/admission/per-user.js';
import type { Limits } from '../../../streams/types/limits.js';
import type { SessionId, User } from '../../../streams/types/session.js';

/** A login while these sessions, by id, are on line; returns what became of them all. */
function logsIn(
  user: User,
  online: Record<SessionId, User | null>,
  limits: Pick<Limits, 'maxPerUser' | 'perUserPolicy'>,
): { in: boolean; ended: number[]; read: string } {
  const accounts: Accounts = new Map();
  for (const [id, other] of Object.entries(online)) {
    if (!other || other.guest) continue;
    accounts.set(other.handle, [...(accounts.get(other.handle) ?? []), Number(id)]);
  }
  const ended: number[] = [];
  let read = '';
  const write = (text: string) => {
    read += text;
  };
  const isIn = perUser(user, limits, accounts, { write, takeOver: (id) => ended.push(id) });
  return { in: isIn, ended, read };
}

const ann = { handle: 'ann' };
const bob = { handle: 'bob' };

describe('perUser', () => {
  it('admits a user below the limit', () => {
    expect(logsIn(ann, { 1: ann, 2: bob, 3: null }, { maxPerUser: 2, perUserPolicy: 'deny' })).toEqual({
      in: true,
      ended: [],
      read: '',
    });
  });

  it('takes over the oldest session, and says so', () => {
    expect(logsIn(ann, { 1: bob, 2: ann, 3: ann }, { maxPerUser: 2, perUserPolicy: 'takeover' })).toEqual({
      in: true,
      ended: [2],
      read: '\nYour other call was closed. Welcome back.\n',
    });
  });

  it('takes over several sessions, if the limit was lowered', () => {
    expect(
      logsIn(ann, { 1: ann, 2: ann, 3: ann }, { maxPerUser: 1, perUserPolicy: 'takeover' }).ended,
    ).toEqual([1, 2, 3]);
  });

  it('denies if that is the policy, and says how many sessions there are', () => {
    expect(logsIn(ann, { 1: ann }, { maxPerUser: 1, perUserPolicy: 'deny' })).toEqual({
      in: false,
      ended: [],
      read: '\nYou are on line once already. Please hang up there first.\n',
    });
    expect(logsIn(ann, { 1: ann, 2: ann }, { maxPerUser: 2, perUserPolicy: 'deny' }).read).toContain(
      '2 times already',
    );
  });

  it("doesn't limit guests or unlimited users, nor any user without a limit", () => {
    for (const user of [
      { handle: 'ann', guest: true },
      { handle: 'ann', unlimited: true },
    ]) {
      expect(logsIn(user, { 1: ann, 2: user }, { maxPerUser: 1, perUserPolicy: 'deny' }).in).toBe(true);
    }
    expect(logsIn(ann, { 1: ann, 2: ann }, { maxPerUser: null, perUserPolicy: 'deny' }).in).toBe(true);
  });

  it("doesn't count a guest for the account of that name", () => {
    expect(
      logsIn(ann, { 1: { handle: 'ann', guest: true } }, { maxPerUser: 1, perUserPolicy: 'deny' }).in,
    ).toBe(true);
  });
});
