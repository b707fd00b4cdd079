import fc from 'fast-check';
import { nodeNumbers } from '../../../streams/admission/node-numbers.js';
import { holds } from '../../support/holds.js';

describe('nodeNumbers', () => {
  it('counts from 1', () => {
    const board = nodeNumbers();
    expect([board.take(), board.take(), board.take()]).toEqual([1, 2, 3]);
  });

  it('takes the lowest free number', () => {
    const board = nodeNumbers();
    for (let node = 1; node <= 5; node += 1) board.take();
    board.free(4);
    board.free(2);
    expect([board.take(), board.take(), board.take()]).toEqual([2, 4, 6]);
  });

  it('ignores a number that is freed twice', () => {
    const board = nodeNumbers();
    board.take();
    board.free(1);
    board.free(1);
    board.free(7);
    expect([board.take(), board.take()]).toEqual([1, 2]);
  });

  it('always takes the lowest, in any order of takes and frees', () => {
    const step = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 }));
    holds(
      fc.property(fc.array(step), (steps) => {
        const board = nodeNumbers();
        const taken = new Set<number>();
        for (const freed of steps) {
          if (freed > 0) {
            board.free(freed);
            taken.delete(freed);
            continue;
          }
          let lowest = 1;
          while (taken.has(lowest)) lowest += 1;
          throwUnless(board.take()).toBe(lowest);
          taken.add(lowest);
        }
      }),
    );
  });
});
