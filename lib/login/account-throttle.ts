import { source } from '../../streams/admission/source.js';
import { recent } from '../../streams/rx/recent.js';
import { copied } from '../../streams/terminal/copied.js';
import { folded } from './handle.js';

/** Accounts, and addresses from which they logged in, that are remembered at most. */
const MAX_REMEMBERED = 65_536;

/** Tries that are checked at once; each after them waits longer, from a second on. */
const FREE_TRIES = 3;
/** The longest that a try waits. */
export const MAX_WAIT_MS = 10_000;
/** Tries that are counted at most: from there on each waits for the longest time. */
const MAX_TRIES = 8;
/** One try is forgotten in that time. */
const FORGET_MS = 60_000;
/** For so long an account isn't slowed down at an address from which it logged in. */
const FRIEND_MS = 7 * 24 * 3_600_000;

/** Slows down the guessing of passwords, by account. */
export interface AccountThrottle {
  /**
   * Counts a try. Returns for how many milliseconds its check has to wait.
   *
   * @param now In milliseconds, and never before that of an earlier call.
   */
  delayMs(handle: string, address: string, now: number): number;
  /** The try was right: it isn't counted any more, and the address is known for a while. */
  succeeded(handle: string, address: string, now: number): void;
}

interface Record {
  tries: number;
  countedAt: number;
  /** When the last of the tries is checked. */
  checkedAt: number;
}

/**
 * Makes the tries for one account slow, whatever addresses they come from and however many of them at the same time: after
 * {@link FREE_TRIES} each is checked a second, two, four and at last ten seconds after the one before it, and none waits for longer
 * than ten. A try counts when it begins, so that hanging up changes nothing. A handle that nobody has is treated as one that
 * somebody has. Where the account itself logged in lately it isn't slowed down: nobody can keep its owner out.
 */
export function accountThrottle(): AccountThrottle {
  const records = recent<string, Record>(MAX_REMEMBERED);
  const friends = recent<string, number>(MAX_REMEMBERED);
  // No handle of an account is longer; what is typed may be.
  const keyOf = (handle: string) => copied(folded(handle.slice(0, 40)));
  const friendOf = (handle: string, address: string) => `${keyOf(handle)}\n${source(address)}`;
  const isFriend = (handle: string, address: string, now: number) =>
    now - (friends.get(friendOf(handle, address)) ?? Number.NEGATIVE_INFINITY) < FRIEND_MS;

  return {
    delayMs(handle, address, now) {
      if (isFriend(handle, address, now)) return 0;
      const key = keyOf(handle);
      const record = records.get(key) ?? { tries: 0, countedAt: now, checkedAt: now };
      records.set(key, record);
      const forgotten = Math.floor((now - record.countedAt) / FORGET_MS);
      record.tries = Math.min(Math.max(0, record.tries - forgotten) + 1, MAX_TRIES);
      record.countedAt += forgotten * FORGET_MS;
      const waitMs = Math.min(Math.max(0, record.checkedAt - now + gapMs(record.tries)), MAX_WAIT_MS);
      record.checkedAt = now + waitMs;
      return waitMs;
    },
    succeeded(handle, address, now) {
      const record = records.get(keyOf(handle));
      if (record && !isFriend(handle, address, now)) record.tries = Math.max(0, record.tries - 1);
      friends.set(friendOf(handle, address), now);
    },
  };
}

/** How long after the last try the next one is checked. */
const gapMs = (tries: number) =>
  tries <= FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (tries - FREE_TRIES - 1));
