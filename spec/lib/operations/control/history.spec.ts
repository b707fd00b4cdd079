import { from, map } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { MAX_SAMPLES, type Remembered, remember } from '../../../../lib/operations/control/history.js';
import { EMPTY_STATS } from '../../../../streams/events/stats.js';
import { view } from '../../../support/controlled.js';

describe('remember', () => {
  it('computes rates from two views and the time between them', () => {
    const seen: Remembered[] = [];
    from([
      view(0, { admitted: 5, waited: 1, bytesIn: 100 }),
      view(2, {
        admitted: 8,
        waited: 2,
        refused: { ...EMPTY_STATS.refused, full: 2, rate: 4 },
        bytesIn: 300,
        bytesOut: 50,
        memoryBytes: 7,
        lateMs: 3,
      }),
    ])
      .pipe(remember())
      .subscribe((remembered) => seen.push(remembered));

    expect(seen.map(({ samples }) => samples)).toEqual([
      [],
      [{ calls: 2, refused: 3, bytesIn: 100, bytesOut: 25, memoryBytes: 7, lateMs: 3 }],
    ]);
    expect(seen[1]?.view).toEqual(view(2, seen[1]?.view.figures));
  });

  it('ignores decreasing figures and a stopped clock', () => {
    let last: Remembered | undefined;
    from([view(0, { bytesOut: 100 }), view(1, { bytesOut: 90 }), view(1, { bytesOut: 91 })])
      .pipe(remember())
      .subscribe((remembered) => {
        last = remembered;
      });
    expect(last?.samples.map(({ bytesOut }) => bytesOut)).toEqual([0, 1000]);
  });

  it('keeps one minute', () => {
    let last: Remembered | undefined;
    from(Array.from({ length: 100 }, (_, second) => view(second, { lateMs: second })))
      .pipe(remember())
      .subscribe((remembered) => {
        last = remembered;
      });
    const late = last?.samples.map(({ lateMs }) => lateMs) ?? [];
    expect([late.length, late[0], late.at(-1)]).toEqual([MAX_SAMPLES, 40, 99]);
  });

  it(
    'emits for each view, and completes and errors with them',
    marbles((m) => {
      const second$ = (diagram: string) =>
        m.cold(diagram, { a: view(0), b: view(1) }).pipe(
          remember(),
          map(({ samples }) => samples.length),
        );
      m.expect(second$('-a-b-|')).toBeObservable('-a-b-|', { a: 0, b: 1 });
      m.expect(second$('-a-#  ')).toBeObservable('-a-#  ', { a: 0 });
    }),
  );
});
