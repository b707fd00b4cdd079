import { lastCallers } from '../../../../lib/apps/lobby/last-callers.js';

const handles = (callers: ReturnType<typeof lastCallers>) => callers.list().map(({ handle }) => handle);

describe('lastCallers', () => {
  it('is empty at first', () => {
    expect(lastCallers().list()).toEqual([]);
  });

  it('lists the latest first, and moves a handle that calls again to the top with its new time', () => {
    const callers = lastCallers();
    callers.add({ handle: 'ann', at: 1 });
    callers.add({ handle: 'bob', at: 2 });
    callers.add({ handle: 'ann', at: 3 });
    expect(callers.list()).toEqual([
      { handle: 'ann', at: 3 },
      { handle: 'bob', at: 2 },
    ]);
  });

  it('keeps ten callers', () => {
    const callers = lastCallers();
    for (let at = 1; at <= 1000; at += 1) callers.add({ handle: `caller${at}`, at });
    expect(handles(callers)).toEqual(Array.from({ length: 10 }, (_, index) => `caller${1000 - index}`));
  });

  it('keeps a separate list for each board', () => {
    const [one, other] = [lastCallers(), lastCallers()];
    one.add({ handle: 'ann', at: 1 });
    expect(other.list()).toEqual([]);
  });
});
