import { performance } from 'node:perf_hooks';
import { SLICE_MS } from '../../streams/rx/in-slices.js';

/** Work that can be interrupted at each `yield`. Its return value is the result. */
export type Steps<Result> = Generator<undefined, Result>;

/** Runs all steps at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Steps between two readings of the clock. A reading costs as much as several steps. */
const STEPS_A_LOOK = 64;

/** Runs the steps in turns of the event loop, a few milliseconds each, so that other work isn't blocked. */
export async function runStepsInTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      for (let step = 0; step < STEPS_A_LOOK; step += 1) {
        const { done, value } = steps.next();
        if (done) return value;
      }
    }
    await new Promise(setImmediate);
  }
}
