import { concat, EMPTY, NEVER, of, Subject, take, tap, throwError } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { listen, typeAheadOf } from '../../support/type-ahead.js';

describe('eachLine', () => {
  it(
    'takes the next line when the answer to the last has completed',
    marbles((m) => {
      const queue = typeAheadOf();
      const answer = m.cold('    ---(x|)');
      const typed = m.hot('      -abc-----------|');
      const taken: string[] = [];
      const answered$ = queue.eachLine((line) => {
        taken.push(`${m.scheduler.now()} ${line}`);
        return answer;
      });
      m.expect(answered$).toBeObservable('----x--x--x----|');
      m.expect(answer).toHaveSubscriptions([
        '                         -^--!',
        '                         ----^--!',
        '                         -------^--!',
      ]);
      typed.subscribe({ next: (line) => queue.push(line), complete: () => queue.end() });
      m.flush();
      expect(taken).toEqual(['1 a', '4 b', '7 c']);
    }),
  );

  it(
    'drops the current answer when unsubscribed, and leaves the lines after it',
    marbles((m) => {
      const queue = typeAheadOf('one', 'two');
      const answer = m.cold('               ---x--|');
      const unsubscription = '              ----!';
      m.expect(
        queue.eachLine(() => answer),
        unsubscription,
      ).toBeObservable('---x-');
      m.expect(answer).toHaveSubscriptions('^---!');
      m.flush();
      expect(queue.taken).toBe(1);
      expect(listen(queue.eachLine(of))).toEqual(['two']);
    }),
  );

  it('takes no line without a subscription', () => {
    const queue = typeAheadOf('one', 'two');
    expect(listen(queue.eachLine(() => NEVER))).toEqual([]);
    expect(queue.taken).toBe(1);
  });

  it('continues after an answer of none, one or many values', () => {
    const queue = typeAheadOf('none', 'one', 'many');
    const answers = { none: EMPTY, one: of('1'), many: of('1', '2', '3') };
    expect(listen(queue.eachLine((line) => answers[line as keyof typeof answers]))).toEqual([
      '1',
      '1',
      '2',
      '3',
    ]);
  });

  it('passes each line to only one reader', () => {
    const queue = typeAheadOf();
    const answers = new Subject<string>();
    const [ann, bob] = [listen(queue.eachLine(() => answers)), listen(queue.eachLine((line) => of(line)))];
    queue.push('one');
    queue.push('two');
    queue.push('three');
    answers.next('for ann');
    expect(ann).toEqual(['for ann']);
    expect(bob).toEqual(['two', 'three']);
  });

  it('leaves lines to a listener of line$, such as a question within an answer', () => {
    const queue = typeAheadOf('name', 'ann', 'next');
    const heard = listen(
      queue.eachLine((line) => (line === 'name' ? concat(of('who?'), queue.line$.pipe(take(1))) : of(line))),
    );
    expect(heard).toEqual(['who?', 'ann', 'next']);
  });

  it('answers 100,000 waiting lines at once without overflowing the stack', () => {
    const queue = typeAheadOf(...Array<string>(100_000).fill(''));
    let count = 0;
    queue.eachLine(of).subscribe(() => {
      count += 1;
    });
    expect(count).toBe(100_000);
    expect(queue.taken).toBe(100_000);
  });

  it('passes an error of an answer to its reader only', () => {
    const queue = typeAheadOf('bad');
    const failing = listen(queue.eachLine(() => throwError(() => new Error('answer'))));
    const other = listen(queue.eachLine(of));
    queue.push('good');
    expect(failing).toEqual(['error: answer']);
    expect(other).toEqual(['good']);
  });

  it('passes what its function throws to that reader only', () => {
    const queue = typeAheadOf();
    const failing = listen(
      queue.eachLine(() => {
        throw new Error('thrown');
      }),
    );
    const other = listen(queue.eachLine(of));
    expect(() => queue.push('bad')).not.toThrow();
    queue.push('good');
    expect(failing).toEqual(['error: thrown']);
    expect(other).toEqual(['good']);
  });

  it('takes nothing from a listener of line$ that is receiving a line', () => {
    const queue = typeAheadOf('one', 'two');
    const stolen: string[][] = [];
    const heard = listen(queue.line$.pipe(tap(() => stolen.push(listen(queue.eachLine(of))))));
    expect(heard).toEqual(['one', 'two']);
    expect(stolen).toEqual([[], []]);
  });

  it('lets a reader finish its current answer', () => {
    const queue = typeAheadOf('one', 'two');
    const answer = new Subject<string>();
    const heard = listen(queue.eachLine(() => answer));
    queue.end();
    expect(heard).toEqual([]);
    answer.next('last');
    answer.complete();
    expect(heard).toEqual(['last', '|']);
  });

  it('completes a reader whose own answer ends it', () => {
    const queue = typeAheadOf('quit', 'never');
    const heard = listen(queue.eachLine((line) => of(line).pipe(tap(() => queue.end()))));
    expect(heard).toEqual(['quit', '|']);
  });

  it('does not affect a running answer when interrupted', () => {
    const queue = typeAheadOf('one', 'two');
    const answer = new Subject<string>();
    const heard = listen(queue.eachLine((line) => (line === 'one' ? answer : of(line))));
    queue.interrupt();
    queue.push('three');
    answer.next('1');
    answer.complete();
    expect(heard).toEqual(['1', 'three']);
  });

  it('reads the input unless it is answering', () => {
    const queue = typeAheadOf();
    expect(queue.isRead).toBe(false);
    const answer = new Subject<never>();
    const reader = queue.eachLine(() => answer).subscribe();
    expect(queue.isRead).toBe(true);
    queue.push('one');
    expect(queue.isRead).toBe(false);
    answer.complete();
    expect(queue.isRead).toBe(true);
    reader.unsubscribe();
    expect(queue.isRead).toBe(false);
  });

  it('reads nothing more after an answer that unsubscribed it', () => {
    const queue = typeAheadOf('one');
    queue.eachLine(of).pipe(take(1)).subscribe();
    expect(queue.isRead).toBe(false);
  });
});
