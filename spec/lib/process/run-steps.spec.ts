import { runSteps, runStepsInTurns, type Steps } from '../../../lib/process/run-steps.js';

/** Counts up to a number, one per step. Fails at a given one. */
function* counting(most: number, seen: number[] = [], failsAt = Number.NaN): Steps<number> {
  for (let count = 1; count <= most; count += 1) {
    if (count === failsAt) throw new Error('no further');
    seen.push(count);
    yield;
  }
  return most;
}

/** Steps that take 1 ms each. */
function* slow(steps: number): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('runSteps', () => {
  it('runs all steps, and returns the result', () => {
    const seen: number[] = [];
    expect(runSteps(counting(3, seen))).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('throws the error of a step', () => {
    expect(() => runSteps(counting(3, [], 2))).toThrowError('no further');
  });
});

describe('runStepsInTurns', () => {
  it('runs all steps, and resolves with the result', async () => {
    const seen: number[] = [];
    expect(await runStepsInTurns(counting(1000, seen))).toBe(1000);
    expect(seen.length).toBe(1000);
  });

  it('yields to the event loop between slices', async () => {
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

  it('rejects with the error of a step', async () => {
    await expectAsync(runStepsInTurns(counting(3, [], 2))).toBeRejectedWithError('no further');
  });
});
