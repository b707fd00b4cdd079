import { type SimulationOptions, type SimulationRun, simulate } from './simulate.js';

/** The most runs to try. */
const MAX_RUNS = 400;

/**
 * Shrinks a run that failed: removes callers, half of them at first and then fewer at a time, as long as the
 * same rule is violated.
 *
 * @param options The options of the run.
 * @example
 * ```ts
 * import { shrink, simulate } from 'impulse-bbs/testing';
 *
 * const options = { seed: 1, hours: 1 };
 * const run = simulate(options);
 * if (run.violation) console.log(shrink(options, run).callers);
 * ```
 */
export function shrink(options: SimulationOptions, run: SimulationRun): SimulationRun {
  const rule = ruleOf(run);
  let smallest = run;
  let runs = 0;
  const goesWrong = (only: readonly number[]) => {
    runs += 1;
    const tried = simulate({ ...options, only });
    if (ruleOf(tried) === rule) smallest = tried;
    return smallest === tried;
  };
  for (let size = Math.ceil(run.callers.length / 2); size > 0; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let from = 0; from < smallest.callers.length && runs < MAX_RUNS; ) {
      const { callers } = smallest;
      const without = [...callers.slice(0, from), ...callers.slice(from + size)];
      if (!goesWrong(without)) from += size;
    }
  }
  return smallest;
}

/** The violated rule, without names, times and numbers. */
const ruleOf = ({ violation }: SimulationRun) =>
  violation?.slice(violation.indexOf(': ')).replace(/\d+/g, 'n');
