import fc from 'fast-check';
import {
  catchError,
  concat,
  defer,
  dematerialize,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  materialize,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  tap,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { mergeDuring } from '../../../streams/rx/merge-during.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { talk } from '../../../streams/session/talk.js';
import { TypeAhead } from '../../../streams/terminal/type-ahead.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const queue = () =>
  new TypeAhead({
    hold: () => {},
    release: () => {},
    later: (act) => act(),
    asked: () => {},
    encode: (text) => Buffer.from(text),
    bytesBegan: () => {},
    bytesEnded: () => {},
    batch: (act) => act(),
    time: timeSlices(new VirtualTimeScheduler()),
  });

/** The output as if it were emitted, and the end. */
const talking =
  <T>(lines: TypeAhead, conversation$: Observable<T>) =>
  (line$: Observable<string>) =>
    new Observable<T>((written) =>
      line$.pipe(talk(lines, conversation$, { write: (output) => written.next(output) })).subscribe(written),
    );

describe('talk', () => {
  it(
    'answers lines',
    marbles((m) => {
      const lines = queue();
      const line$ = m.cold('                             -a-b-c--');
      m.expect(line$.pipe(talking(lines, lines.line$)), '   -------!').toBeObservable('-a-b-c--');
      m.expect(line$).toHaveSubscriptions('              ^------!');
    }),
  );

  it(
    'writes the answers, and emits nothing itself',
    marbles((m) => {
      const lines = queue();
      const written: string[] = [];
      const line$ = m.cold('-a-b-|');
      m.expect(
        line$.pipe(talk(lines, lines.line$, { write: (output) => written.push(output) })),
      ).toBeObservable('-----|');
      m.expect(line$).toHaveSubscriptions('^----!');
      m.flush();
      expect(written).toEqual(['a', 'b']);
    }),
  );

  it(
    'writes no more when writing ended the session',
    marbles((m) => {
      const slow = new SessionEnd('slow');
      const end$ = new Subject<string>();
      const written: string[] = [];
      const write = (output: string) => {
        written.push(output);
        end$.error(slow);
      };
      const conversation$ = m.cold('-(xy)-');
      m.expect(end$.pipe(talk(queue(), conversation$, { write }))).toBeObservable('-#', undefined, slow);
      m.expect(conversation$).toHaveSubscriptions('^!');
      m.flush();
      expect(written).toEqual(['x']);
    }),
  );

  it(
    'can write without any line',
    marbles((m) => {
      const line$ = m.cold('                             ---------');
      const conversation$ = m.cold('                     -x-y--');
      m.expect(line$.pipe(talking(queue(), conversation$)), '----!').toBeObservable('-x-y-');
      m.expect(line$).toHaveSubscriptions('              ^---!');
      m.expect(conversation$).toHaveSubscriptions('      ^---!');
    }),
  );

  it(
    'completes with the conversation, and unsubscribes the source',
    marbles((m) => {
      const line$ = m.cold('                              -a-b-c--');
      const conversation$ = m.cold('                      -x--|');
      m.expect(line$.pipe(talking(queue(), conversation$))).toBeObservable('-x--|');
      m.expect(line$).toHaveSubscriptions('               ^---!');
      m.expect(conversation$).toHaveSubscriptions('       ^---!');
    }),
  );

  it(
    'completes with the source, and unsubscribes the conversation',
    marbles((m) => {
      const line$ = m.cold('                              -a-|');
      const conversation$ = m.cold('                      -x---y-');
      m.expect(line$.pipe(talking(queue(), conversation$))).toBeObservable('-x-|');
      m.expect(line$).toHaveSubscriptions('               ^--!');
      m.expect(conversation$).toHaveSubscriptions('       ^--!');
    }),
  );

  it(
    'passes an error of the source on, and unsubscribes the conversation',
    marbles((m) => {
      const idle = new SessionEnd('idle');
      const line$ = m.cold('                              -a-#', undefined, idle);
      const conversation$ = m.cold('                      -x---y-');
      m.expect(line$.pipe(talking(queue(), conversation$))).toBeObservable('-x-#', undefined, idle);
      m.expect(line$).toHaveSubscriptions('               ^--!');
      m.expect(conversation$).toHaveSubscriptions('       ^--!');
    }),
  );

  it(
    'starts no conversation on a dead connection',
    marbles((m) => {
      const conversation$ = m.cold('-x---y-');
      m.expect(EMPTY.pipe(talking(queue(), conversation$))).toBeObservable('|');
      m.expect(conversation$).toHaveSubscriptions([]);
    }),
  );

  it('turns an error of the conversation into app-error, with its cause', () => {
    const cause = new Error('bug');
    let error: unknown;
    const conversation$ = new Observable<string>((subscriber) => subscriber.error(cause));
    NEVER.pipe(talking(queue(), conversation$)).subscribe({
      error: (thrown) => {
        error = thrown;
      },
    });
    expect(error).toEqual(new SessionEnd('app-error', cause));
    expect((error as SessionEnd).reason).toBe('app-error');
    expect((error as SessionEnd).cause).toBe(cause);
  });

  it(
    'lets a conversation choose its reason',
    marbles((m) => {
      const kicked = new SessionEnd('kicked');
      const line$ = m.cold('                              -----');
      const conversation$ = m.cold('                      -x-#', undefined, kicked);
      m.expect(line$.pipe(talking(queue(), conversation$))).toBeObservable('-x-#', undefined, kicked);
      m.expect(line$).toHaveSubscriptions('               ^--!');
    }),
  );

  it(
    'ends the lines with the conversation, however it ends',
    marbles((m) => {
      for (const ending of ['--|', '--#']) {
        const lines = queue();
        let over = false;
        m.cold('-----')
          .pipe(talking(lines, m.cold(ending)))
          .subscribe({ error: () => {} });
        lines.line$.subscribe({
          complete: () => {
            over = true;
          },
        });
        m.flush();
        expect(over).withContext(ending).toBe(true);
      }
    }),
  );

  it(
    "completes the conversation's lines before unsubscribing it",
    marbles((m) => {
      for (const ending of ['--|', '--#', '--!']) {
        const lines = queue();
        const told: string[] = [];
        const conversation$ = new Observable<string>((subscriber) => {
          subscriber.add(
            lines.line$.subscribe({
              complete() {
                told.push('lines completed');
                subscriber.next('last words');
              },
            }),
          );
          subscriber.add(() => told.push('unsubscribed'));
        });
        const subscription = m
          .cold(ending.replace('!', '-'))
          .pipe(talking(lines, conversation$))
          .subscribe({ error: () => {} });
        m.scheduler.schedule(() => subscription.unsubscribe(), 10);
        m.flush();
        expect(told).withContext(ending).toEqual(['lines completed', 'unsubscribed']);
      }
    }),
  );

  it('keeps lines that come before the first subscriber', () => {
    const lines = queue();
    const said: string[] = [];
    const line$ = concat(of('one', 'two'), NEVER);
    line$.pipe(talking(lines, lines.line$)).subscribe((output) => said.push(output));
    expect(said).toEqual(['one', 'two']);
  });

  it('runs the conversation anew for each subscription', () => {
    let running = 0;
    const conversation$ = defer(() => {
      running += 1;
      return NEVER.pipe(
        finalize(() => {
          running -= 1;
        }),
      );
    });
    const talk$ = NEVER.pipe(talking(queue(), conversation$));
    expect(running).toBe(0);
    const both = [talk$.subscribe(), talk$.subscribe()];
    expect(running).toBe(2);
    for (const each of both) each.unsubscribe();
    expect(running).toBe(0);
  });

  /** The same in stock operators: the first of the two to end, ends both. */
  const stock =
    (typeAhead: TypeAhead, conversation$: Observable<string>, write: (output: string) => void) =>
    (line$: Observable<string>): Observable<never> =>
      merge(
        line$.pipe(
          tap((line) => typeAhead.push(line)),
          materialize(),
        ),
        conversation$.pipe(
          tap(write),
          catchError((error) => throwError(() => new SessionEnd('app-error', error))),
          materialize(),
        ),
      ).pipe(
        filter(({ kind }) => kind !== 'N'),
        take(1),
        dematerialize(),
        ignoreElements(),
        finalize(() => typeAhead.end()),
      );

  it('does what merge and take(1) of the endings do', () => {
    holds(
      fc.property(someMarbles(), someMarbles(), fc.nat(14), (line, says, leavesAt) => {
        const outcome = (isStock: boolean) => {
          const all = outcomeOf({ line, says }, leavesAt, ({ line, says }, scheduler, diary) => {
            const typeAhead = queue();
            const write = (output: string) => void diary.push(`${scheduler.now()} ${output}`);
            // Answers lines, and lasts as long as `says`.
            const conversation$ = says.pipe(
              mergeDuring(merge(typeAhead.line$.pipe(map((text) => `you: ${text}`)), NEVER)),
            );
            return line.pipe(
              isStock ? stock(typeAhead, conversation$, write) : talk(typeAhead, conversation$, { write }),
            );
          });
          // Which of the two is unsubscribed first at an end is no matter.
          return { ...all, subscriptions: all.subscriptions.toSorted() };
        };
        throwUnlessSame(outcome(false), outcome(true));
      }),
    );
  });
});
