import fc from 'fast-check';
import { NEVER } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import * as messages from '../../../streams/terminal/messages.js';
import type { Refused } from '../../../streams/types/admission.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import type { EndReason } from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { holds } from '../../support/holds.js';

describe('texts', () => {
  describe('inWords', () => {
    const said: [ms: number, words: string][] = [
      [1000, '1 second'],
      [2000, '2 seconds'],
      [59_000, '59 seconds'],
      [60_000, '1 minute'],
      [61_000, '61 seconds'],
      [90_000, '90 seconds'],
      [119_000, '119 seconds'],
      [120_000, '2 minutes'],
      [150_000, '3 minutes'],
      [600_000, '10 minutes'],
      [3_600_000, '1 hour'],
      [5_400_000, '90 minutes'],
      [7_199_000, '120 minutes'],
      [7_200_000, '2 hours'],
      [86_400_000, '24 hours'],
      [8_640_000_000, '2400 hours'],
    ];
    for (const [ms, words] of said) {
      it(`says ${words}`, () => {
        expect(messages.inWords(ms)).toBe(words);
      });
    }

    it('rounds to the second, and is never zero', () => {
      expect(messages.inWords(59_600)).toBe('1 minute');
      expect(messages.inWords(1499)).toBe('1 second');
      expect(messages.inWords(1)).toBe('1 second');
      expect(messages.inWords(0)).toBe('1 second');
    });

    it('is never off by more than a third', () => {
      const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000 };
      holds(
        fc.property(fc.integer({ min: 1000, max: 172_800_000 }), (ms) => {
          const said = /^(\d+) (second|minute|hour)s?$/.exec(messages.inWords(ms));
          const meantMs = Number(said?.[1]) * unitMs[said?.[2] as keyof typeof unitMs];
          throwUnless(Math.abs(meantMs - ms) / ms).toBeLessThanOrEqual(1 / 3);
        }),
      );
    });
  });

  describe('GOODBYES', () => {
    it('says why, if the caller is there to read it', () => {
      expect(messages.GOODBYES.idle).toBe('You were quiet for too long. Goodbye!');
      expect(messages.GOODBYES['login-timeout']).toBe('That took too long. Please call again.');
      expect(messages.GOODBYES['login-failed']).toBe('Login failed. Goodbye!');
      expect(messages.GOODBYES['time-limit']).toBe('Your time on line is up. Goodbye!');
      expect(messages.GOODBYES.kicked).toBe('The sysop closed your call.');
      expect(messages.GOODBYES.shutdown).toBe('The board is going down. Goodbye!');
    });

    it("differs for a login that couldn't be checked", () => {
      const words = 'Logging in is not possible right now, and the sysop knows. Please call again later.';
      expect(messages.goodbye(new SessionEnd('login-failed', new Error('EIO')))).toBe(words);
      expect(messages.goodbye(new SessionEnd('login-failed'))).toBe(messages.GOODBYES['login-failed']);
      expect(messages.goodbye(new SessionEnd('wrong-protocol', 'HTTP'))).toBeNull();
      expect(messages.goodbye(new SessionEnd('app-error', new Error('EIO')))).toBe(
        messages.GOODBYES['app-error'],
      );
    });

    it('is null if the caller is gone, cut off, or the app has said goodbye', () => {
      const unsaid = Object.entries(messages.GOODBYES).filter(([, words]) => words === null);
      const expected: EndReason[] = [
        'hangup',
        'denied',
        'slow',
        'lost',
        'app-done',
        'connection-error',
        'protocol',
        'wrong-protocol',
        'crawler',
        'forced',
      ];
      expect(unsaid.map(([reason]) => reason)).toEqual(expected);
    });

    it('is one printable line each', () => {
      for (const words of Object.values(messages.GOODBYES)) expect(words ?? 'x').toMatch(/^[ -~]+$/);
    });
  });

  it('warns of the idle timeout, and says how to stay', () => {
    expect(messages.warning('idle', 60_000)).toBe(
      'Still there? Press Enter, or your session ends in 1 minute.',
    );
  });

  it('warns of the time limit', () => {
    expect(messages.warning('time-limit', 300_000)).toBe('You have 5 minutes left on line.');
  });

  it('tells a waiting caller the position', () => {
    expect(messages.waiting(8, 3)).toBe('All 8 nodes are busy. You are number 3 in line.');
  });

  it('announces a shutdown, with or without a time', () => {
    expect(messages.draining(10_000)).toBe(
      'The board goes down in 10 seconds. Please finish what you are doing.',
    );
    expect(messages.draining(null)).toBe(
      'The board goes down when the last caller has left. Please finish what you are doing.',
    );
  });

  it('counts down to the closing time, and cancels it', () => {
    expect(messages.closing(300_000)).toBe('The board closes in 5 minutes.');
    expect(messages.STAYS_OPEN).toBe('The board stays open after all.');
  });

  describe('refusal', () => {
    const refused = (reason: RefusalReason, retryInMs?: number): Refused => ({
      verdict: 'refused',
      connection: fakeConnection(NEVER),
      reason,
      ...(retryInMs === undefined ? {} : { retryInMs }),
    });

    it('says that the board is full', () => {
      expect(messages.refusal(refused('full'), 100)).toBe('All 100 nodes are busy. Please call again later.');
    });

    it('says when to try again, if the rule knows', () => {
      expect(messages.refusal(refused('address', 6000), 100)).toBe(
        'Too many calls from your address. Please call again in 6 seconds.',
      );
      expect(messages.refusal(refused('rate', 20), 100)).toBe(
        'Too many callers at once. Please call again in 1 second.',
      );
    });

    it('gives the other reasons', () => {
      expect(messages.refusal(refused('gate'), 100)).toBe(
        'ESC was not pressed twice. Please call again later.',
      );
      expect(messages.refusal(refused('draining'), 100)).toBe(
        'The board is going down. Please call again later.',
      );
      expect(messages.refusal(refused('penalty', 90_000), 100)).toBe(
        'Your address is blocked for a while. Please call again in 90 seconds.',
      );
    });

    it("doesn't tell a blocked caller the rule", () => {
      expect(messages.refusal(refused('blocked'), 100)).toBe(
        "The board can't take your call. Please call again later.",
      );
    });
  });
});
