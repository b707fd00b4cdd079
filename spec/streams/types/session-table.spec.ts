import fc from 'fast-check';
import { SessionTable } from '../../../streams/types/session-table.js';
import { holds } from '../../support/holds.js';

describe('SessionTable', () => {
  it('behaves like a Map ordered by id', () => {
    // Several pages.
    const who = fc.nat(24).map((number) => number * 13);
    const step = fc.oneof(
      // A caller who waited long is added late, with an early id.
      { weight: 5, arbitrary: fc.record({ does: fc.constant('come' as const), who }) },
      { weight: 4, arbitrary: fc.record({ does: fc.constant('leave' as const), who }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('change' as const), who }) },
      { weight: 1, arbitrary: fc.constant({ does: 'clear' } as const) },
    );
    holds(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new SessionTable<string>();
        const map = new Map<number, string>();
        for (const step of steps) {
          for (const each of [table, map]) {
            if (step.does === 'come') each.set(step.who, `caller ${step.who}`);
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
            table.get(13),
            table.has(26),
          ];
          const byId = [...map].sort(([one], [other]) => one - other);
          const means = [
            byId,
            byId.map(([id]) => id),
            byId.map(([, value]) => value),
            map.size,
            byId.map(([id, value]) => [id, value, true]),
            map.get(13),
            map.has(26),
          ];
          if (JSON.stringify(is) !== JSON.stringify(means)) throw new Error(JSON.stringify({ is, means }));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('continues iterating when an entry is deleted', () => {
    const table = new SessionTable<string>();
    for (const id of [1, 2, 3]) table.set(id, `caller ${id}`);
    const seen: number[] = [];
    for (const [id] of table) {
      seen.push(id);
      table.delete(2);
    }
    expect(seen).toEqual([1, 3]);
  });

  it('continues iterating when whole pages are deleted', () => {
    const table = new SessionTable<string>();
    for (const id of [1, 500, 1000, 2000]) table.set(id, `caller ${id}`);
    const seen: number[] = [];
    for (const [id] of table) {
      seen.push(id);
      table.delete(500);
      table.delete(1000);
    }
    expect(seen).toEqual([1, 2000]);
  });

  it('iterates only over the entries present at the start', () => {
    const table = new SessionTable<string>();
    for (const id of [1, 2]) table.set(id, `caller ${id}`);
    const seen: number[] = [];
    for (const [id] of table) {
      seen.push(id);
      table.set(id + 1000, 'a newcomer');
    }
    expect(seen).toEqual([1, 2]);
  });
});
