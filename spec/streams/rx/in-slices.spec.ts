import { VirtualTimeScheduler } from 'rxjs';
import { inSlices, SLICE, SLICE_MS } from '../../../streams/rx/in-slices.js';
import { counting } from '../../support/counting.js';

/** Runs this many items: when each was handled, and how it ended. Each takes `eachMs`. */
function doing(count: number, leaveAfter = Number.POSITIVE_INFINITY, eachMs = 0) {
  const scheduler = new VirtualTimeScheduler();
  const clock = counting(scheduler);
  const done: number[] = [];
  const turns: number[] = [];
  const end: string[] = [];
  const items = Array.from({ length: count }, (_, index) => index);
  const act = (item: number) => {
    scheduler.frame += eachMs;
    done.push(item);
  };
  const running = inSlices(items, act, clock).subscribe({
    complete: () => end.push('|'),
  });
  turns.push(done.length);
  for (let turn = 1; turn < leaveAfter && clock.running > 0; turn += 1) {
    scheduler.actions.shift()?.execute(undefined as never, 0);
    turns.push(done.length);
  }
  running.unsubscribe();
  return { done, turns, end, running: clock.running };
}

describe('inSlices', () => {
  it('handles a few items at once, and none if there are none', () => {
    expect(doing(0)).toEqual({ done: [], turns: [0], end: ['|'], running: 0 });
    expect(doing(SLICE).turns).toEqual([SLICE]);
  });

  it('handles more items in turns, each once and in order, then completes', () => {
    const { done, turns, end, running } = doing(2 * SLICE + 1);
    expect(turns).toEqual([SLICE, 2 * SLICE, 2 * SLICE + 1]);
    expect(done).toEqual(Array.from({ length: 2 * SLICE + 1 }, (_, index) => index));
    expect(end).toEqual(['|']);
    expect(running).toBe(0);
  });

  it('ends a slow slice early, after at least one item', () => {
    expect(doing(5, undefined, SLICE_MS / 2).turns).toEqual([2, 4, 5]);
    expect(doing(3, undefined, SLICE_MS).turns).toEqual([1, 2, 3]);
  });

  it('skips the rest when unsubscribed', () => {
    const { turns, end, running } = doing(4 * SLICE, 2);
    expect(turns).toEqual([SLICE, 2 * SLICE]);
    expect(end).toEqual([]);
    expect(running).toBe(0);
  });
});
