import { performance } from 'node:perf_hooks';
import { SLICE_MS } from '../../streams/rx/in-slices.js';

/** Work that may be interrupted wherever it yields; what it returns is what it was for. */
export type Steps<Result> = Generator<undefined, Result>;

/** Does all of the work at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Steps between two looks at the clock: each look costs as much as several of them. */
const STEPS_A_LOOK = 64;

/** Does the work in turns of the event loop, of a few milliseconds each, so that nobody waits for all of it. */
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
