import { rateLimitKey } from '../../streams/admission/rate-limit-key.js';
import { recent } from '../../streams/rx/recent.js';
import { copied } from '../../streams/terminal/copied.js';
import { folded } from './handle.js';

/** The most accounts, and the most addresses of earlier logins, that are remembered. */
const MAX_REMEMBERED = 65_536;

/** The number of tries that aren't delayed. The next one waits a second, and each after it longer. */
const FREE_TRIES = 3;
/** The longest delay of a try. */
export const MAX_WAIT_MS = 10_000;
/** The most tries that are counted. From here on each waits for the longest delay. */
const MAX_TRIES = 8;
/** The time after which one try is forgotten. */
const FORGET_MS = 60_000;
/** How long an address of an earlier login isn't slowed down for its account. */
const FRIEND_MS = 7 * 24 * 3_600_000;

/** Slows down password guessing, by account. */
export interface AccountThrottle {
  /**
   * Counts a try. Returns by how many milliseconds its check must be delayed.
   *
   * @param now In milliseconds; must never decrease.
   */
  delayMs(handle: string, address: string, now: number): number;
  /** Call it when the password was right: removes the try from the count and remembers the address. */
  succeeded(handle: string, address: string, now: number): void;
}

interface Record {
  tries: number;
  countedAt: number;
  /** When the latest try is checked. */
  checkedAt: number;
}

/**
 * Creates a throttle that slows down the tries for one account, from any number of addresses and connections.
 * After {@link FREE_TRIES} tries, each is checked one, two, four and at last ten seconds after the one before
 * it. No try waits longer than ten seconds. A try counts when it begins, so hanging up doesn't help. Handles
 * without an account are treated the same. An address from which the account logged in lately isn't slowed
 * down, so an attacker can't lock the owner out.
 */
export function accountThrottle(): AccountThrottle {
  const records = recent<string, Record>(MAX_REMEMBERED);
  const friends = recent<string, number>(MAX_REMEMBERED);
  // No account has a longer handle, but a caller may type one.
  const keyOf = (handle: string) => copied(folded(handle.slice(0, 40)));
  const friendOf = (handle: string, address: string) => `${keyOf(handle)}\n${rateLimitKey(address)}`;
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

/** The delay between the last try and the next one. */
const gapMs = (tries: number) =>
  tries <= FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 1000 * 2 ** (tries - FREE_TRIES - 1));
