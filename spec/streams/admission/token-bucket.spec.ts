import fc from 'fast-check';
import { fullBucket, takeToken } from '../../../streams/admission/token-bucket.js';
import type { Rate } from '../../../streams/types/limits.js';
import { holds } from '../../support/holds.js';

/** One every 6 seconds, and three at once. */
const RATE: Rate = { count: 10, perMs: 60_000, burst: 3 };

const aRate = fc.record({
  count: fc.integer({ min: 1, max: 1000 }),
  perMs: fc.constantFrom(1000, 60_000, 3_600_000),
  burst: fc.integer({ min: 1, max: 100 }),
});

describe('a token bucket', () => {
  it('gives the burst at once, and then returns how long to wait', () => {
    const bucket = fullBucket(RATE, 0);
    const taken = [0, 0, 0, 0].map((now) => takeToken(bucket, RATE, now));
    expect(taken).toEqual([0, 0, 0, 6000]);
  });

  it('has the next token on the exact millisecond', () => {
    const bucket = fullBucket({ ...RATE, burst: 1 }, 500);
    const taken = [500, 6499, 6500, 6501].map((now) => takeToken(bucket, RATE, now));
    expect(taken).toEqual([0, 1, 0, 5999]);
  });

  it('is not a millisecond late because of fractions', () => {
    const bucket = fullBucket(RATE, 0);
    const taken = [0, 2, 4, 5999, 6000].map((now) => takeToken(bucket, RATE, now));
    expect(taken).toEqual([0, 0, 0, 1, 0]);
  });

  it('takes several tokens at once, at most a full bucket', () => {
    const bucket = fullBucket(RATE, 0);
    expect(takeToken(bucket, RATE, 0, 2)).toBe(0);
    expect(takeToken(bucket, RATE, 0, 2)).toBe(6000);
    expect(takeToken(bucket, RATE, 0, 1000)).toBe(12_000);
    expect(takeToken(bucket, RATE, 12_000, 1000)).toBe(0);
    expect(takeToken(bucket, RATE, 12_000)).toBe(6000);
  });

  it("takes nothing when it refuses, so that attempts don't extend the wait", () => {
    const bucket = fullBucket({ ...RATE, burst: 1 }, 0);
    takeToken(bucket, RATE, 0);
    for (let now = 0; now < 6000; now += 1) expect(takeToken(bucket, RATE, now)).toBe(6000 - now);
    expect(takeToken(bucket, RATE, 6000)).toBe(0);
  });

  it('never holds more than the burst, however long the quiet', () => {
    const bucket = fullBucket(RATE, 0);
    const taken = [0, 0, 0, 0].map(() => takeToken(bucket, RATE, 86_400_000));
    expect(taken).toEqual([0, 0, 0, 6000]);
  });

  it('has enough tokens after the wait it returned', () => {
    holds(
      fc.property(aRate, fc.array(fc.integer({ min: 0, max: 10_000 })), (rate, pauses) => {
        const bucket = fullBucket(rate, 0);
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const waitMs = takeToken(bucket, rate, now);
          now += waitMs;
          if (waitMs > 0) throwUnless(takeToken(bucket, rate, now)).toBe(0);
        }
      }),
    );
  });

  it('gives at most the burst and the rate over any period', () => {
    holds(
      fc.property(
        aRate,
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 300 }),
        (rate, pauses) => {
          const bucket = fullBucket(rate, 0);
          const given: number[] = [];
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            if (takeToken(bucket, rate, now) === 0) given.push(now);
          }
          for (const [index, at] of given.entries()) {
            // Before this token, at most the burst plus what was earned since the first.
            const trickled = ((at - (given[0] ?? 0)) * rate.count) / rate.perMs;
            throwUnless(index + 1).toBeLessThanOrEqual(rate.burst + trickled + 1e-6);
          }
        },
      ),
    );
  });
});
