import fc from 'fast-check';
import { SessionTable } from '../../streams/session-table.js';
import { holds } from '../support/holds.js';

describe('SessionTable', () => {
  it('is what a Map is, whoever comes and goes', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant({ does: 'come' } as const) },
      { weight: 4, arbitrary: fc.record({ does: fc.constant('leave' as const), who: fc.nat(12) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('change' as const), who: fc.nat(12) }) },
      { weight: 1, arbitrary: fc.constant({ does: 'clear' } as const) },
    );
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new SessionTable<string>();
        const map = new Map<number, string>();
        let last = 0;
        for (const step of steps) {
          if (step.does === 'come') last += 1;
          for (const each of [table, map]) {
            if (step.does === 'come') each.set(last, `caller ${last}`);
            else if (step.does === 'change' && each.has(step.who)) each.set(step.who, 'somebody else');
            else if (step.does === 'clear') each.clear();
          }
          if (step.does === 'leave' && table.delete(step.who) !== map.delete(step.who))
            throw new Error('deleted');
          const seen: unknown[] = [];
          table.forEach((value, id, whole) => {
            seen.push([id, value, whole === table]);
          });
          const is = [
            [...table],
            [...table.keys()],
            [...table.values()],
            table.size,
            seen,
            table.get(1),
            table.has(2),
          ];
          const means = [
            [...map],
            [...map.keys()],
            [...map.values()],
            map.size,
            [...map].map(([id, value]) => [id, value, true]),
            map.get(1),
            map.has(2),
          ];
          if (JSON.stringify(is) !== JSON.stringify(means)) throw new Error(JSON.stringify({ is, means }));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('goes on to the others when somebody leaves in the middle', () => {
    const table = new SessionTable<string>();
    for (const id of [1, 2, 3]) table.set(id, `caller ${id}`);
    const seen: number[] = [];
    for (const [id] of table) {
      seen.push(id);
      table.delete(2);
    }
    expect(seen).toEqual([1, 3]);
  });
});
