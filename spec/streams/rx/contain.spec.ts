import { config, finalize, Observable, Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { contain } from '../../../streams/rx/contain.js';
import { passesOn } from '../../support/passes-on.js';

describe('contain', () => {
  passesOn(contain);

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const source = m.cold('-a-b-c-');
      m.expect(source.pipe(contain()), '---!').toBeObservable('-a-');
      m.expect(source).toHaveSubscriptions('^--!');
    }),
  );

  describe('a teardown that throws', () => {
    const before = config.onUnhandledError;
    let reported: unknown[];
    beforeEach(() => {
      jasmine.clock().install();
      reported = [];
      config.onUnhandledError = (error) => reported.push(error);
    });
    afterEach(() => {
      config.onUnhandledError = before;
      jasmine.clock().uninstall();
    });
    const fails = () => {
      throw new Error('in the teardown');
    };

    it('is reported, and not thrown at the code that unsubscribes', () => {
      const running = new Observable(() => fails).pipe(contain()).subscribe();

      expect(() => running.unsubscribe()).not.toThrow();
      jasmine.clock().tick(1);

      expect(reported.map(String)).toEqual([jasmine.stringContaining('in the teardown')]);
    });

    it('does not withhold a completion from downstream', () => {
      let completed = false;
      const done = () => {
        completed = true;
      };
      const source = new Subject();
      source.pipe(finalize(fails), contain()).subscribe({ complete: done });

      expect(() => source.complete()).not.toThrow();
      jasmine.clock().tick(1);

      expect(completed).toBe(true);
      expect(reported.length).toBe(1);
    });

    it('is not thrown at the code that subscribes to a source that ends at once', () => {
      const over$ = new Observable((subscriber) => {
        subscriber.complete();
        return fails;
      });

      expect(() => over$.pipe(contain()).subscribe()).not.toThrow();
      jasmine.clock().tick(1);

      expect(reported.length).toBe(1);
    });
  });
});
