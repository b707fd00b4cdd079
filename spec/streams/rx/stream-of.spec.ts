import { of } from 'rxjs';
import { streamOf } from '../../../streams/rx/stream-of.js';
import { AppError } from '../../../streams/types/errors.js';

describe('streamOf', () => {
  it('returns the Observable', () => {
    const returned = of(1);
    expect(streamOf('an app', returned)).toBe(returned);
  });

  it('throws an error that names what was returned instead', () => {
    for (const [returned, what] of [
      [Promise.resolve(1), 'a Promise'],
      [undefined, 'undefined'],
      ['hello', 'a string'],
    ])
      expect(() => streamOf('an app', returned as never)).toThrowError(
        AppError,
        `an app returns an Observable, and this one returned ${what}; RxJS's defer and from make one of a Promise`,
      );
  });
});
