import { Subject, take } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { inOrder } from '../../../streams/rx/in-order.js';
import { Failing } from '../../support/failing.js';

describe('inOrder', () => {
  it(
    'passes many values on',
    marbles((m) => {
      const source = m.cold('                   -a-(bc)-d-|');
      const expected = '                        -a-(bc)-d-|';
      m.expect(source.pipe(inOrder())).toBeObservable(expected);
      m.expect(source).toHaveSubscriptions('    ^---------!');
    }),
  );

  it(
    'passes one value on',
    marbles((m) => {
      const source = m.cold('                   -a-|');
      m.expect(source.pipe(inOrder())).toBeObservable('-a-|');
      m.expect(source).toHaveSubscriptions('    ^--!');
    }),
  );

  it(
    'completes with an empty source',
    marbles((m) => {
      const source = m.cold('                   --|');
      m.expect(source.pipe(inOrder())).toBeObservable('--|');
      m.expect(source).toHaveSubscriptions('    ^-!');
    }),
  );

  it(
    'is silent with a silent source',
    marbles((m) => {
      const source = m.cold('                           -----');
      m.expect(source.pipe(inOrder()), '        ----!').toBeObservable('-----');
      m.expect(source).toHaveSubscriptions('            ^---!');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const source = m.cold('                   -a-#');
      m.expect(source.pipe(inOrder())).toBeObservable('-a-#');
      m.expect(source).toHaveSubscriptions('    ^--!');
    }),
  );

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const source = m.cold('                           -a-b-c-|');
      m.expect(source.pipe(inOrder()), '        ----!').toBeObservable('-a-b-');
      m.expect(source).toHaveSubscriptions('            ^---!');
    }),
  );

  /** Two listeners; the first answers each value as it receives it. */
  function heardBy(answer: (value: unknown, source: Subject<unknown>) => void): [string[], string[]] {
    const source = new Subject<unknown>();
    const shared = new Subject<unknown>();
    const [first, second]: [string[], string[]] = [[], []];
    shared.subscribe({
      next(value) {
        first.push(String(value));
        answer(value, source);
      },
      complete: () => first.push('|'),
      error: () => first.push('#'),
    });
    shared.subscribe({
      next: (value) => second.push(String(value)),
      complete: () => second.push('|'),
      error: () => second.push('#'),
    });
    source.pipe(inOrder()).subscribe(shared);
    source.next(1);
    return [first, second];
  }

  it('delivers a value to all subscribers before one that it caused', () => {
    const [first, second] = heardBy((value, source) => {
      if (value === 1) {
        source.next(2);
        source.next(3);
      }
      if (value === 2) source.next(4);
    });
    expect(first).toEqual(['1', '2', '3', '4']);
    expect(second).toEqual(['1', '2', '3', '4']);
  });

  it('keeps undefined values', () => {
    const [first, second] = heardBy((value, source) => {
      if (value !== 1) return;
      source.next(undefined);
      source.next(2);
    });
    expect(first).toEqual(['1', 'undefined', '2']);
    expect(second).toEqual(['1', 'undefined', '2']);
  });

  it('completes after all values, even if the source completed during one', () => {
    const [first, second] = heardBy((value, source) => {
      if (value !== 1) return;
      source.next(2);
      source.complete();
    });
    expect(first).toEqual(['1', '2', '|']);
    expect(second).toEqual(['1', '2', '|']);
  });

  it('delivers the first value synchronously', () => {
    const source = new Subject<number>();
    const heard: number[] = [];
    source.pipe(inOrder()).subscribe((value) => heard.push(value));
    source.next(1);
    expect(heard).toEqual([1]);
  });

  it('delivers nothing more to a subscriber that unsubscribed during a value', () => {
    const source = new Subject<number>();
    const heard: number[] = [];
    source.pipe(inOrder(), take(1)).subscribe((value) => {
      source.next(2);
      heard.push(value);
    });
    source.next(1);
    expect(heard).toEqual([1]);
    expect(source.observed).toBe(false);
  });

  it('keeps nothing from one subscription to the next', () => {
    const source = new Subject<number>();
    const ordered$ = source.pipe(inOrder());
    const heard: number[] = [];
    ordered$.pipe(take(1)).subscribe(() => source.next(2));
    source.next(1);
    ordered$.subscribe((value) => heard.push(value));
    source.next(3);
    expect(heard).toEqual([3]);
  });

  it('errors with what a subscriber throws, and delivers nothing more to it', () => {
    const source = new Subject<number>();
    const subscriber = new Failing();
    source.pipe(inOrder()).subscribe(subscriber);
    source.next(1);
    expect(subscriber.heard).toEqual(['# in a subscriber']);
    expect(source.observed).toBe(false);
  });
});
