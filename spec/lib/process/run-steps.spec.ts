import { runSteps, runStepsInTurns, type Steps } from '../../../lib/process/run-steps.js';

/** Counts up to a number, a step each; fails at one of them, if it is told to. */
function* counting(most: number, seen: number[] = [], failsAt = Number.NaN): Steps<number> {
  for (let count = 1; count <= most; count += 1) {
    if (count === failsAt) throw new Error('no further');
    seen.push(count);
    yield;
  }
  return most;
}

/** A step that takes as long as a slice may. */
function* slow(steps: number): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('runSteps', () => {
  it('does all of it, and returns what it was for', () => {
    const seen: number[] = [];
    expect(runSteps(counting(3, seen))).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('fails as the work does', () => {
    expect(() => runSteps(counting(3, [], 2))).toThrowError('no further');
  });
});

describe('runStepsInTurns', () => {
  it('does all of it, and resolves with what it was for', async () => {
    const seen: number[] = [];
    expect(await runStepsInTurns(counting(1000, seen))).toBe(1000);
    expect(seen.length).toBe(1000);
  });

  it('lets the event loop turn in between', async () => {
    let turns = 0;
    let counts = true;
    const count = () => {
      turns += 1;
      if (counts) setImmediate(count);
    };
    setImmediate(count);
    expect(await runStepsInTurns(slow(300))).toBe('done');
    counts = false;
    expect(turns).toBeGreaterThan(2);
  });

  it('rejects as the work fails', async () => {
    await expectAsync(runStepsInTurns(counting(3, [], 2))).toBeRejectedWithError('no further');
  });
});
