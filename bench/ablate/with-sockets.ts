import { join } from 'node:path';
import type { Measure } from '../ablations.js';
import { median } from '../median.js';
import type { Server } from '../speed/processes.js';
import type { Row, Tell, Undone } from './rows.js';

/** The modes of `bench/speed/generator.c`, and how many callers there are at once. */
const LOADS: Partial<Record<Measure, { mode: string; callers: number }>> = {
  'a connect': { mode: 'connect', callers: 64 },
  'an echoed line': { mode: 'echo', callers: 50 },
};
/** It takes V8 some fifty thousand calls to compile a board. */
const WARM_UP = { count: 50_000, seconds: 4, maxTimes: 10 };
const ROUND_SECONDS = 1;

/**
 * Measures the processor time of a server with clients: the server on one core, the load generator on the
 * other. Two servers take turns, and the median of the rounds' ratios counts.
 */
export async function measureWithSockets(
  base: string,
  undone: readonly Undone[],
  rounds: number,
  tell: Tell,
): Promise<Row[]> {
  const those = undone.filter(({ measures }) => measures.some((measure) => LOADS[measure]));
  if (those.length === 0) return [];
  // Loaded now, since it pins this process.
  const { load, startServer } = await import('../speed/processes.js');
  const rows: Row[] = [];
  for (const { name, tree, env, measures } of those) {
    const speed = (of: string) => join(of, 'bench/speed');
    const servers = [
      await startServer('impulse', speed(base)),
      await startServer('impulse', speed(tree), env),
    ];
    for (const measure of measures) {
      const kind = LOADS[measure];
      if (!kind) continue;
      const { mode, callers } = kind;
      const all: { cost: number; ratio: number }[] = [];
      for (const { port } of servers) {
        tell(`${measure} without ${name}: warming up`);
        for (let [time, count] = [0, 0]; time < WARM_UP.maxTimes && count < WARM_UP.count; time += 1)
          count += (await load<{ count: number }>(mode, port, WARM_UP.seconds, callers)).count;
      }
      for (let round = 1; round <= rounds; round += 1) {
        tell(`${measure} without ${name}: round ${round} of ${rounds}`);
        const costs = [0, 0];
        // Each is the first in every other round.
        for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
          const server = servers[index] as Server;
          const before = await server.ask<{ cpuUs: number }>('cpu');
          const { count } = await load<{ count: number }>(mode, server.port, ROUND_SECONDS, callers);
          const after = await server.ask<{ cpuUs: number }>('cpu');
          costs[index] = (after.cpuUs - before.cpuUs) / count;
        }
        const [cost = 0, costWithout = 0] = costs;
        all.push({ cost, ratio: costWithout / cost });
      }
      const cost = median(all.map((one) => one.cost));
      rows.push({
        name,
        measure,
        unit: 'µs',
        cost,
        costWithout: cost * median(all.map(({ ratio }) => ratio)),
      });
    }
    for (const server of servers) await server.stop();
  }
  return rows;
}
