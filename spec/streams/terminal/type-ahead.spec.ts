import {
  concat,
  defer,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  of,
  repeat,
  Subject,
  take,
  tap,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { LINE_OVERHEAD_BYTES, TYPE_AHEAD_BYTES, TypeAhead } from '../../../streams/terminal/type-ahead.js';
import { Failing } from '../../support/failing.js';

const batch = (act: () => void) => act();

/** A queue that tells when the caller is held and released. */
const aQueue = (
  tell: (what: 'hold' | 'release') => void = () => {},
  later = (act: () => void) => act(),
): TypeAhead =>
  new TypeAhead({
    hold: () => tell('hold'),
    release: () => tell('release'),
    later,
    asked: () => {},
    batch,
    time: timeSlices(new VirtualTimeScheduler()),
  });

/** A queue that never holds, with lines in it. */
function queueOf(...lines: string[]): TypeAhead {
  const queue = aQueue();
  for (const line of lines) queue.push(line);
  return queue;
}

/** Subscribes, and records what is emitted; an error as `error: …`, completion as `|`. */
function listen(value$: TypeAhead['line$']): string[] {
  const heard: string[] = [];
  value$.subscribe({
    next: (value) => heard.push(value),
    error: (error) => heard.push(`error: ${error.message}`),
    complete: () => heard.push('|'),
  });
  return heard;
}

describe('TypeAhead', () => {
  it('passes keys on after a listener that throws', () => {
    const queue = queueOf('ab');
    const listener = new Failing();
    const keys = queue.key$.subscribe(listener);
    expect(listener.heard).toEqual(['# in a subscriber']);
    expect(keys.closed).toBe(true);
    queue.push('c');
    expect(listen(queue.key$)).toEqual(['c', 'enter']);
  });

  describe('line$', () => {
    it('is silent without input', () => {
      expect(listen(queueOf().line$)).toEqual([]);
    });

    it('emits what was typed before the subscription, then what comes', () => {
      const queue = queueOf('one', 'two');
      const heard = listen(queue.line$);
      queue.push('three');
      expect(heard).toEqual(['one', 'two', 'three']);
    });

    it('continues after a listener that throws', () => {
      const queue = aQueue();
      const listener = new Failing();
      queue.line$.subscribe(listener);
      const other = listen(queue.line$);
      expect(() => queue.push('one')).toThrow();
      listener.mended = true;
      queue.push('two');
      expect(listener.heard).toEqual(['two']);
      expect(other).toEqual(['two']);
    });

    it('loses nothing between two listeners', () => {
      const queue = queueOf('one', 'two');
      const first = listen(queue.line$.pipe(take(1)));
      const second = listen(queue.line$.pipe(take(1)));
      queue.push('three');
      const third = listen(queue.line$.pipe(take(1)));
      expect([first, second, third]).toEqual([
        ['one', '|'],
        ['two', '|'],
        ['three', '|'],
      ]);
    });

    it('emits every line to every listener', () => {
      const queue = queueOf();
      const [ann, bob] = [listen(queue.line$), listen(queue.line$)];
      queue.push('one');
      queue.push('two');
      expect(ann).toEqual(['one', 'two']);
      expect(bob).toEqual(['one', 'two']);
    });

    it('keeps the rest for the next listener when one unsubscribes during a line', () => {
      const queue = queueOf('one', 'two', 'three');
      const heard = listen(queue.line$.pipe(take(2)));
      expect(heard).toEqual(['one', 'two', '|']);
      expect(listen(queue.line$)).toEqual(['three']);
    });

    it('keeps the order when a line causes another', () => {
      const queue = queueOf('one', 'two');
      const heard: string[] = [];
      queue.line$.subscribe((line) => {
        heard.push(line);
        if (line === 'one') queue.push('three');
      });
      expect(heard).toEqual(['one', 'two', 'three']);
    });

    it('emits the next line to a listener that subscribes because of the one before', () => {
      const queue = queueOf('name', 'ann', 'rest');
      const answers: string[][] = [];
      const ask = () => answers.push(listen(queue.line$.pipe(take(1))));
      listen(queue.line$.pipe(take(1), tap(ask)));
      expect(answers).toEqual([['ann', '|']]);
    });
  });

  describe('a listener that takes one line and resubscribes during it', () => {
    it('gets everything typed ahead, each line once', () => {
      const queue = queueOf('ann', 'secret', 'bob', 'hidden');
      const one$ = () => queue.line$.pipe(take(1));
      const heard: string[] = [];
      const logIn = () =>
        one$()
          .pipe(mergeMap((handle) => one$().pipe(map((password) => `${handle} ${password}`))))
          .subscribe((login) => heard.push(login));
      logIn();
      logIn();
      expect(heard).toEqual(['ann secret', 'bob hidden']);
    });

    it('gets keys the same way', () => {
      const queue = queueOf('a', 'b');
      const one$ = () => queue.key$.pipe(take(1));
      const heard: string[] = [];
      one$()
        .pipe(mergeMap((first) => one$().pipe(map((second) => first + second))))
        .subscribe((pair) => heard.push(pair));
      expect(heard).toEqual(['aenter']);
      expect(listen(queue.line$)).toEqual(['b']);
    });
  });

  describe('eachLine', () => {
    it(
      'takes the next line when the answer to the last has completed',
      marbles((m) => {
        const queue = queueOf();
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
        const queue = queueOf('one', 'two');
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
      const queue = queueOf('one', 'two');
      expect(listen(queue.eachLine(() => NEVER))).toEqual([]);
      expect(queue.taken).toBe(1);
    });

    it('continues after an answer of none, one or many values', () => {
      const queue = queueOf('none', 'one', 'many');
      const answers = { none: EMPTY, one: of('1'), many: of('1', '2', '3') };
      expect(listen(queue.eachLine((line) => answers[line as keyof typeof answers]))).toEqual([
        '1',
        '1',
        '2',
        '3',
      ]);
    });

    it('passes each line to only one reader', () => {
      const queue = queueOf();
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
      const queue = queueOf('name', 'ann', 'next');
      const heard = listen(
        queue.eachLine((line) =>
          line === 'name' ? concat(of('who?'), queue.line$.pipe(take(1))) : of(line),
        ),
      );
      expect(heard).toEqual(['who?', 'ann', 'next']);
    });

    it('answers 100,000 waiting lines at once without overflowing the stack', () => {
      const queue = queueOf(...Array<string>(100_000).fill(''));
      let count = 0;
      queue.eachLine(of).subscribe(() => {
        count += 1;
      });
      expect(count).toBe(100_000);
      expect(queue.taken).toBe(100_000);
    });

    it('passes an error of an answer to its reader only', () => {
      const queue = queueOf('bad');
      const failing = listen(queue.eachLine(() => throwError(() => new Error('answer'))));
      const other = listen(queue.eachLine(of));
      queue.push('good');
      expect(failing).toEqual(['error: answer']);
      expect(other).toEqual(['good']);
    });

    it('passes what its function throws to that reader only', () => {
      const queue = queueOf();
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
      const queue = queueOf('one', 'two');
      const stolen: string[][] = [];
      const heard = listen(queue.line$.pipe(tap(() => stolen.push(listen(queue.eachLine(of))))));
      expect(heard).toEqual(['one', 'two']);
      expect(stolen).toEqual([[], []]);
    });
  });

  describe('hold', () => {
    /** 1 KiB, as it is counted. */
    const line = 'x'.repeat(1024 - LINE_OVERHEAD_BYTES);
    const fits = TYPE_AHEAD_BYTES / 1024;

    it('is called once above 64 KiB, and once below half of that', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      for (let count = 0; count < fits; count += 1) queue.push(line);
      expect(held).toEqual([]);
      queue.push(line);
      expect(held).toEqual(['hold']);
      queue.push(line);
      expect(held).toEqual(['hold']);

      queue.line$.pipe(take(2 + fits / 2)).subscribe();
      expect(held).withContext('half is left').toEqual(['hold']);
      queue.line$.pipe(take(1)).subscribe();
      expect(held).toEqual(['hold', 'release']);
      queue.line$.subscribe();
      expect(held).toEqual(['hold', 'release']);
    });

    it('is called again the next time', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      for (let round = 0; round < 2; round += 1) {
        for (let count = 0; count <= fits; count += 1) queue.push(line);
        queue.line$.pipe(take(fits + 1)).subscribe();
      }
      expect(held).toEqual(['hold', 'release', 'hold', 'release']);
    });

    it('counts the rest of a line that was taken in part', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      const half = TYPE_AHEAD_BYTES / 2 - LINE_OVERHEAD_BYTES;
      queue.push('x'.repeat(half + 1));
      queue.key$.pipe(take(1)).subscribe();
      queue.push('x'.repeat(half));
      expect(held).toEqual([]);
      queue.push('');
      expect(held).toEqual(['hold']);
    });

    it('is called for a flood of empty lines too', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      for (let count = 0; count < 5000; count += 1) queue.push('');
      expect(held).toEqual(['hold']);
    });

    it('is not called while there is a listener', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      queue.line$.subscribe();
      for (let count = 0; count < 2 * fits; count += 1) queue.push(line);
      expect(held).toEqual([]);
    });
  });

  describe('end', () => {
    it('completes listeners and readers', () => {
      const queue = queueOf();
      const [listener, reader] = [listen(queue.line$), listen(queue.eachLine(of))];
      queue.end();
      expect(listener).toEqual(['|']);
      expect(reader).toEqual(['|']);
    });

    it('drops waiting lines, and later ones', () => {
      const queue = queueOf('one');
      queue.end();
      queue.push('two');
      expect(listen(queue.line$)).toEqual(['|']);
      expect(listen(queue.eachLine(of))).toEqual(['|']);
      expect(queue.taken).toBe(0);
    });

    it('lets a reader finish its current answer', () => {
      const queue = queueOf('one', 'two');
      const answer = new Subject<string>();
      const heard = listen(queue.eachLine(() => answer));
      queue.end();
      expect(heard).toEqual([]);
      answer.next('last');
      answer.complete();
      expect(heard).toEqual(['last', '|']);
    });

    it('completes a reader whose own answer ends it', () => {
      const queue = queueOf('quit', 'never');
      const heard = listen(queue.eachLine((line) => of(line).pipe(tap(() => queue.end()))));
      expect(heard).toEqual(['quit', '|']);
    });

    it('completes a listener once, however often it is called', () => {
      const queue = queueOf();
      const heard = listen(queue.line$);
      queue.end();
      queue.end();
      expect(heard).toEqual(['|']);
    });
  });

  it('counts the lines taken', () => {
    const queue = queueOf('one', 'two', 'three');
    expect(queue.taken).toBe(0);
    queue.line$.pipe(take(2)).subscribe();
    expect(queue.taken).toBe(2);
  });

  it('counts lines emitted at once', () => {
    const queue = queueOf();
    queue.line$.subscribe();
    queue.push('one');
    queue.push('two');
    expect(queue.taken).toBe(2);
  });

  describe('key$', () => {
    it('emits keys, which are wanted only while it is subscribed', () => {
      const queue = queueOf();
      expect(queue.wantsKeys).toBe(false);
      queue.press('lost');
      const heard = listen(queue.key$.pipe(take(2)));
      expect(queue.wantsKeys).toBe(true);
      queue.press('a');
      queue.press('up');
      expect(heard).toEqual(['a', 'up', '|']);
      expect(queue.wantsKeys).toBe(false);
    });

    it('emits the type-ahead first, including the unfinished line', () => {
      const queue = queueOf('h\u00e9\u{1f46a}', '');
      const unfinished = [...'xy'];
      queue.typing = { takeCharacter: () => unfinished.shift() ?? '' };
      expect(listen(queue.key$)).toEqual(['h', 'é', '\u{1f46a}', 'enter', 'enter', 'x', 'y']);
    });

    it('leaves the rest of the type-ahead to the next listener', () => {
      const queue = queueOf('yes', 'next');
      const unfinished = [...'xy'];
      queue.typing = { takeCharacter: () => unfinished.shift() ?? '' };
      expect(listen(queue.key$.pipe(take(1)))).toEqual(['y', '|']);
      expect(listen(queue.line$)).toEqual(['es', 'next']);
      expect(unfinished).toEqual(['x', 'y']);
    });

    it('emits every key to every listener, and wants keys while there is one', () => {
      const queue = queueOf();
      const [ann, bob] = [listen(queue.key$.pipe(take(1))), listen(queue.key$)];
      queue.press('a');
      expect(queue.wantsKeys).toBe(true);
      queue.press('b');
      expect([ann, bob]).toEqual([
        ['a', '|'],
        ['a', 'b'],
      ]);
    });

    it('leaves the Enter to the next listener of lines, if only the letters were taken', () => {
      const queue = queueOf('y', 'next');
      expect(listen(queue.key$.pipe(take(1)))).toEqual(['y', '|']);
      expect(listen(queue.line$)).toEqual(['', 'next']);
    });

    it('counts a line as taken with its Enter', () => {
      const queue = queueOf('yes');
      queue.key$.pipe(take(3)).subscribe();
      expect(queue.taken).toBe(0);
      queue.key$.pipe(take(1)).subscribe();
      expect(queue.taken).toBe(1);
    });

    it('releases a caller who was held', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      while (held.length === 0) queue.push('x'.repeat(1000));
      queue.key$.subscribe();
      expect(held).toEqual(['hold', 'release']);
    });

    it('completes at the end, also for later subscribers', () => {
      const queue = queueOf();
      const heard = listen(queue.key$);
      queue.end();
      expect([heard, listen(queue.key$)]).toEqual([['|'], ['|']]);
    });
  });

  describe("keys of a caller who doesn't read", () => {
    it('wait, and come in order when the caller has read', () => {
      const queue = queueOf();
      const heard = listen(queue.key$);
      queue.block();
      queue.press('a');
      queue.press('up');
      expect(heard).toEqual([]);
      queue.unblock();
      queue.press('b');
      expect(heard).toEqual(['a', 'up', 'b']);
    });

    it('wait again each time, even a single one', () => {
      const queue = queueOf();
      const heard = listen(queue.key$);
      for (const keys of ['a', 'bc', 'd']) {
        queue.block();
        for (const key of keys) queue.press(key);
        queue.unblock();
      }
      expect(heard).toEqual(['a', 'b', 'c', 'd']);
    });

    it('hold the caller above the limit, and release below half', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      const heard: string[] = [];
      queue.key$.subscribe((key) => {
        heard.push(key);
        if (heard.length === 10) queue.block();
      });
      queue.block();
      let pressed = 0;
      while (held.length === 0) {
        queue.press('a');
        pressed += 1;
      }
      queue.unblock();
      expect([heard.length, held.length]).toEqual([10, 1]);
      queue.unblock();
      expect([heard.length, held]).toEqual([pressed, ['hold', 'release']]);
    });
  });

  for (const [what, read] of [
    ['lines', (queue: TypeAhead) => queue.line$],
    ['keys', (queue: TypeAhead) => queue.key$],
  ] as const) {
    it(`overflow no stack, however many ${what} are taken one at a time`, () => {
      const turns: (() => void)[] = [];
      const queue = aQueue(
        () => {},
        (act) => turns.push(act),
      );
      for (let line = 0; line < 3000; line += 1) queue.push('xxxx');
      let taken = 0;
      let failed: unknown;
      defer(() => read(queue).pipe(take(1)))
        .pipe(repeat())
        .subscribe({
          next: () => {
            taken += 1;
          },
          error: (error) => {
            failed = error;
          },
        });
      while (turns.length > 0) turns.shift()?.();
      expect(failed).toBeUndefined();
      expect(taken).toBe(what === 'lines' ? 3000 : 15_000);
    });
  }

  describe('blocklist', () => {
    it('stops the lines, and resumes them', () => {
      const queue = queueOf();
      const heard = listen(queue.line$);
      queue.push('one');
      queue.block();
      queue.push('two');
      queue.push('three');
      expect(heard).toEqual(['one']);
      queue.unblock();
      queue.push('four');
      expect(heard).toEqual(['one', 'two', 'three', 'four']);
    });

    it('stops within the waiting lines', () => {
      const queue = queueOf('one', 'two', 'three');
      const heard: string[] = [];
      queue.line$.subscribe((line) => {
        heard.push(line);
        if (line === 'one') queue.block();
      });
      expect(heard).toEqual(['one']);
      queue.unblock();
      expect(heard).toEqual(['one', 'two', 'three']);
    });

    it('stops input to a single listener, and keeps the order of what waited', () => {
      const queue = queueOf();
      const heard = listen(queue.line$);
      queue.block();
      queue.push('one');
      const late = listen(queue.line$);
      expect([heard, late]).toEqual([[], []]);
      queue.unblock();
      queue.push('two');
      expect([heard, late]).toEqual([
        ['one', 'two'],
        ['one', 'two'],
      ]);
    });

    it('stops keys too, and resumes them in order', () => {
      const queue = queueOf();
      const heard = listen(queue.key$);
      queue.press('a');
      queue.block();
      queue.press('up');
      queue.press('b');
      expect(heard).toEqual(['a']);
      queue.unblock();
      queue.press('c');
      expect(heard).toEqual(['a', 'up', 'b', 'c']);
    });

    it('stops within the waiting keys, and puts a new key after them', () => {
      const queue = queueOf();
      const heard: string[] = [];
      queue.key$.subscribe((key) => {
        heard.push(key);
        if (key === 'a') {
          queue.block();
          queue.press('c');
        }
      });
      queue.block();
      queue.press('a');
      queue.press('b');
      queue.unblock();
      expect(heard).toEqual(['a']);
      queue.unblock();
      expect(heard).toEqual(['a', 'b', 'c']);
    });

    it('puts a key that comes while others are passed on after them', () => {
      const queue = queueOf();
      const heard: string[] = [];
      queue.key$.subscribe((key) => {
        heard.push(key);
        if (key === 'a') queue.press('c');
      });
      queue.block();
      queue.press('a');
      queue.press('b');
      queue.unblock();
      expect(heard).toEqual(['a', 'b', 'c']);
    });

    it('leaves the rest to the next listener when one took a single key', () => {
      const queue = queueOf('yes', 'next');
      queue.block();
      const key = listen(queue.key$.pipe(take(1)));
      queue.unblock();
      expect(key).toEqual(['y', '|']);
      expect(listen(queue.line$)).toEqual(['es', 'next']);
    });

    it('holds a caller who presses keys meanwhile, and releases the caller afterwards', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      let heard = 0;
      queue.key$.subscribe(() => {
        heard += 1;
      });
      queue.block();
      for (let count = 0; count < 5000; count += 1) queue.press('a');
      expect(held).toEqual(['hold']);
      queue.unblock();
      expect(held).toEqual(['hold', 'release']);
      expect(heard).toBe(5000);
    });

    it('drops the waiting keys at the end', () => {
      const queue = queueOf();
      const heard = listen(queue.key$);
      queue.block();
      queue.press('a');
      queue.end();
      queue.unblock();
      expect(heard).toEqual(['|']);
    });

    it('does not delay the end', () => {
      const queue = queueOf('one');
      queue.block();
      const [listener, reader] = [listen(queue.line$), listen(queue.eachLine(of))];
      queue.end();
      expect([listener, reader]).toEqual([['|'], ['|']]);
    });

    it('holds a caller who types on meanwhile', () => {
      const held: string[] = [];
      const queue = aQueue((what) => held.push(what));
      queue.line$.subscribe();
      queue.block();
      for (let count = 0; count <= TYPE_AHEAD_BYTES / 1000; count += 1) queue.push('x'.repeat(1000));
      expect(held).toEqual(['hold']);
      queue.unblock();
      expect(held).toEqual(['hold', 'release']);
    });

    it('stops eachLine too', () => {
      const queue = queueOf('one', 'two');
      queue.block();
      const heard = listen(queue.eachLine(of));
      expect(heard).toEqual([]);
      queue.unblock();
      expect(heard).toEqual(['one', 'two']);
    });
  });

  describe('a time slice', () => {
    /** A queue on a clock that only its app moves. */
    function busy() {
      const scheduler = new VirtualTimeScheduler();
      const queue = new TypeAhead({
        hold: () => {},
        release: () => {},
        later: (act) => act(),
        asked: () => {},
        batch(act) {
          batches.push(-heard.length);
          act();
          batches.push(heard.length);
        },
        time: timeSlices(scheduler),
      });
      const batches: number[] = [];
      const heard: string[] = [];
      const hear = (value: string) => {
        scheduler.frame += 1;
        heard.push(value);
      };
      const turn = () => void scheduler.actions.shift()?.execute(undefined as never, 0);
      /** How many were received in each turn, until there is nothing more to do. */
      const turns = () => {
        const each = [heard.length];
        while (scheduler.actions.length > 0) {
          const before = heard.length;
          turn();
          each.push(heard.length - before);
        }
        return each.filter((count) => count > 0);
      };
      return { scheduler, queue, heard, batches, hear, turn, turns };
    }
    const lines = Array.from({ length: 40 }, (_, index) => `${index}`);

    it('ends between two lines, and the rest follows in the next turn', () => {
      const { queue, heard, hear, turns } = busy();
      for (const line of lines) queue.push(line);
      queue.line$.subscribe(hear);
      const each = turns();
      expect(Math.max(...each)).toBeLessThanOrEqual(8);
      expect(each.length).toBeGreaterThanOrEqual(5);
      expect(heard).toEqual(lines);
    });

    it('is one batch of output', () => {
      const { queue, batches, hear, turns } = busy();
      for (const line of lines) queue.push(line);
      queue.line$.subscribe(hear);
      turns();
      const ends = batches.filter((_, index) => index % 2 === 1);
      expect(batches.filter((_, index) => index % 2 === 0)).toEqual(
        [0, ...ends.slice(0, -1)].map((end) => -end),
      );
      expect(ends.at(-1)).toBe(lines.length);
    });

    it('ends between two answers, even if the first used up the time', () => {
      const { queue, heard, hear, turns } = busy();
      const first = new Subject<never>();
      queue
        .eachLine((line) => {
          hear(line);
          return line === '0' ? first : EMPTY;
        })
        .subscribe();
      for (const line of lines) queue.push(line);
      expect(heard).toEqual(['0']);
      first.complete();
      const each = turns();
      expect(Math.max(...each)).toBeLessThanOrEqual(9);
      expect(heard).toEqual(lines);
    });

    it('ends between two keys, and puts later keys after the rest', () => {
      const { queue, heard, hear, turns, turn } = busy();
      queue.push('x'.repeat(30));
      queue.push('y'.repeat(30));
      queue.key$.subscribe(hear);
      turn();
      queue.press('end');
      expect(Math.max(...turns().slice(1))).toBeLessThanOrEqual(9);
      expect(heard.join('')).toBe(`${'x'.repeat(30)}enter${'y'.repeat(30)}enterend`);
    });

    it('puts later lines after the waiting ones', () => {
      const { scheduler, queue, heard, hear, turns } = busy();
      queue.line$.subscribe(hear);
      const time = timeSlices(scheduler);
      const sliced = new TypeAhead({
        hold: () => {},
        release: () => {},
        later: (act) => act(),
        asked: () => {},
        batch,
        time,
      });
      sliced.line$.subscribe(hear);
      time.begin({
        step() {
          for (const line of lines) sliced.push(line);
          return false;
        },
      });
      expect(heard.length).toBeLessThan(lines.length);
      sliced.push('last');
      turns();
      expect(heard).toEqual([...lines, 'last']);
    });

    it('does nothing after the end', () => {
      const { queue, heard, hear, turns } = busy();
      for (const line of lines) queue.push(line);
      queue.line$.subscribe(hear);
      const { length } = heard;
      queue.end();
      turns();
      expect(heard.length).toBe(length);
    });

    it('never ends while the clock stands still', () => {
      const { queue, heard, turns } = busy();
      for (const line of lines) queue.push(line);
      queue.line$.subscribe((line) => heard.push(line));
      expect(heard).toEqual(lines);
      expect(turns()).toEqual([lines.length]);
    });
  });

  it('counts two bytes for wide letters', () => {
    const held: string[] = [];
    const queue = aQueue((what) => held.push(what));
    const line = '\u6f22'.repeat(300);
    const fits = Math.floor(TYPE_AHEAD_BYTES / (600 + LINE_OVERHEAD_BYTES));
    for (let count = 0; count < fits; count += 1) queue.push(line);
    expect(held).toEqual([]);
    queue.push(line);
    expect(held).toEqual(['hold']);
    queue.line$.subscribe();
    expect(held).toEqual(['hold', 'release']);
  });

  it('drops the waiting lines when interrupted, and continues', () => {
    const queue = queueOf('one', 'two');
    queue.interrupt();
    queue.push('three');
    expect(listen(queue.line$)).toEqual(['three']);
  });

  it('stops within the waiting lines when their listener interrupts', () => {
    const queue = queueOf('one', 'stop', 'two');
    const heard: string[] = [];
    queue.line$.subscribe((line) => {
      heard.push(line);
      if (line === 'stop') queue.interrupt();
    });
    queue.push('three');
    expect(heard).toEqual(['one', 'stop', 'three']);
  });

  it('does not affect a running answer when interrupted', () => {
    const queue = queueOf('one', 'two');
    const answer = new Subject<string>();
    const heard = listen(queue.eachLine((line) => (line === 'one' ? answer : of(line))));
    queue.interrupt();
    queue.push('three');
    answer.next('1');
    answer.complete();
    expect(heard).toEqual(['1', 'three']);
  });

  it('releases the caller when interrupted lines had held them', () => {
    const held: string[] = [];
    const queue = aQueue((what) => held.push(what));
    while (held.length === 0) queue.push('x'.repeat(1000));
    queue.interrupt();
    expect(held).toEqual(['hold', 'release']);
  });
});
