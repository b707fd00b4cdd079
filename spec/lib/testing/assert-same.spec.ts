import { assertSame } from '../../../lib/testing/assert-same.js';
import { inVirtualTime } from '../../../lib/testing/virtual-time.js';

/** Returns the message of a failing test. */
function complaint(act: () => void): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('assertSame', () => {
  it('prints each value with its millisecond', () => {
    const said = complaint(() => inVirtualTime((m) => m.expectObservable(m.cold('-a-b|')).toBe('-a--b|')));
    expect(said).toContain("'3 ms: '");
    expect(said).toContain("'4 ms: '");
    expect(said).toContain("'5 ms: |'");
    expect(said).not.toContain('notification');
  });

  it('distinguishes an error from a value, and objects of different classes', () => {
    expect(complaint(() => inVirtualTime((m) => m.expectObservable(m.cold('-#')).toBe('-a')))).toContain(
      '1 ms: #',
    );
    class Other {}
    expect(
      complaint(() =>
        inVirtualTime((m) => m.expectObservable(m.cold('a', { a: new Other() })).toBe('a', { a: {} })),
      ),
    ).not.toBe('');
  });

  it('accepts equal values', () => {
    expect(complaint(() => assertSame([{ frame: 1 }], [{ frame: 1 }]))).toBe('');
    expect(complaint(() => assertSame('a', 'b'))).not.toBe('');
  });
});
