import loglevel from 'loglevel';
import { config } from 'rxjs';
import { catchUnhandled } from '../../../lib/process/unhandled.js';

describe('catchUnhandled', () => {
  const before = config.onUnhandledError;
  beforeEach(() => {
    config.onUnhandledError = null;
  });
  afterEach(() => {
    config.onUnhandledError = before;
  });

  it('makes a line in the log of what a listener threw, whatever that was', () => {
    const error = spyOn(loglevel.getLogger('impulse'), 'error');
    catchUnhandled();

    config.onUnhandledError?.(new Error('one\ntwo'));
    config.onUnhandledError?.(Object.create(null));

    expect(error.calls.allArgs()).toEqual([
      ['impulse: a listener failed: one\\u{a}two'],
      ['impulse: a listener failed: an error without words'],
    ]);
  });

  it('leaves a handler alone that is there already', () => {
    const mine = () => {};
    config.onUnhandledError = mine;

    catchUnhandled();

    expect(config.onUnhandledError).toBe(mine);
  });
});
