import fc from 'fast-check';
import { LINE_OVERHEAD_BYTES, LineQueue } from '../../../streams/terminal/line-queue.js';
import { holds } from '../../support/holds.js';

describe('LineQueue', () => {
  it('counts the memory of its lines: two bytes for wide letters, and the overhead', () => {
    const queue = new LineQueue();
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
    queue.push('abc');
    queue.push('\u6f22');
    expect([queue.length, queue.bytes]).toEqual([2, 3 + 2 + 2 * LINE_OVERHEAD_BYTES]);
    queue.take();
    expect([queue.length, queue.bytes]).toEqual([1, 2 + LINE_OVERHEAD_BYTES]);
    queue.clear();
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });

  it('is a queue of which the next line can be put back', () => {
    const step = fc.oneof(
      fc.record({ push: fc.string({ maxLength: 3 }) }),
      fc.record({ putBack: fc.string({ maxLength: 3 }) }),
      fc.constant('take' as const),
    );
    holds(
      fc.property(fc.array(step), (steps) => {
        const queue = new LineQueue();
        const model: string[] = [];
        for (const step of steps) {
          if (step === 'take') {
            if (model.length > 0) expect(queue.take()).toBe(model.shift() as string);
          } else if ('push' in step) {
            queue.push(step.push);
            model.push(step.push);
          } else {
            queue.putBack(step.putBack);
            model.unshift(step.putBack);
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});
