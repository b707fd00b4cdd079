import { defer, EMPTY, of, repeat, Subject, take, VirtualTimeScheduler } from 'rxjs';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { LINE_OVERHEAD_BYTES } from '../../../streams/terminal/line-queue.js';
import { TYPE_AHEAD_BYTES, TypeAhead } from '../../../streams/terminal/type-ahead.js';
import { aTypeAhead, listen, typeAheadOf } from '../../support/type-ahead.js';

describe('TypeAhead', () => {
  describe('hold', () => {
    /** 1 KiB, as it is counted. */
    const line = 'x'.repeat(1024 - LINE_OVERHEAD_BYTES);
    const fits = TYPE_AHEAD_BYTES / 1024;

    it('is called once above 64 KiB, and once below half of that', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
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
      const queue = aTypeAhead((what) => held.push(what));
      for (let round = 0; round < 2; round += 1) {
        for (let count = 0; count <= fits; count += 1) queue.push(line);
        queue.line$.pipe(take(fits + 1)).subscribe();
      }
      expect(held).toEqual(['hold', 'release', 'hold', 'release']);
    });

    it('counts the rest of a line that was taken in part', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
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
      const queue = aTypeAhead((what) => held.push(what));
      for (let count = 0; count < 5000; count += 1) queue.push('');
      expect(held).toEqual(['hold']);
    });

    it('is not called while there is a listener', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
      queue.line$.subscribe();
      for (let count = 0; count < 2 * fits; count += 1) queue.push(line);
      expect(held).toEqual([]);
    });
  });

  describe('end', () => {
    it('completes listeners and readers', () => {
      const queue = typeAheadOf();
      const [listener, reader] = [listen(queue.line$), listen(queue.eachLine(of))];
      queue.end();
      expect(listener).toEqual(['|']);
      expect(reader).toEqual(['|']);
    });

    it('drops waiting lines, and later ones', () => {
      const queue = typeAheadOf('one');
      queue.end();
      queue.push('two');
      expect(listen(queue.line$)).toEqual(['|']);
      expect(listen(queue.eachLine(of))).toEqual(['|']);
      expect(queue.taken).toBe(0);
    });

    it('completes a listener once, however often it is called', () => {
      const queue = typeAheadOf();
      const heard = listen(queue.line$);
      queue.end();
      queue.end();
      expect(heard).toEqual(['|']);
    });
  });

  for (const [what, read] of [
    ['lines', (queue: TypeAhead) => queue.line$],
    ['keys', (queue: TypeAhead) => queue.key$],
  ] as const) {
    it(`overflow no stack, however many ${what} are taken one at a time`, () => {
      const turns: (() => void)[] = [];
      const queue = aTypeAhead(
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

  describe('block', () => {
    it('stops the lines, and resumes them', () => {
      const queue = typeAheadOf();
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
      const queue = typeAheadOf('one', 'two', 'three');
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
      const queue = typeAheadOf();
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
      const queue = typeAheadOf();
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
      const queue = typeAheadOf();
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
      const queue = typeAheadOf();
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
      const queue = typeAheadOf('yes', 'next');
      queue.block();
      const key = listen(queue.key$.pipe(take(1)));
      queue.unblock();
      expect(key).toEqual(['y', '|']);
      expect(listen(queue.line$)).toEqual(['es', 'next']);
    });

    it('holds a caller who presses keys meanwhile, and releases the caller afterwards', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
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
      const queue = typeAheadOf();
      const heard = listen(queue.key$);
      queue.block();
      queue.press('a');
      queue.end();
      queue.unblock();
      expect(heard).toEqual(['|']);
    });

    it('does not delay the end', () => {
      const queue = typeAheadOf('one');
      queue.block();
      const [listener, reader] = [listen(queue.line$), listen(queue.eachLine(of))];
      queue.end();
      expect([listener, reader]).toEqual([['|'], ['|']]);
    });

    it('holds a caller who types on meanwhile', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
      queue.line$.subscribe();
      queue.block();
      for (let count = 0; count <= TYPE_AHEAD_BYTES / 1000; count += 1) queue.push('x'.repeat(1000));
      expect(held).toEqual(['hold']);
      queue.unblock();
      expect(held).toEqual(['hold', 'release']);
    });

    it('stops eachLine too', () => {
      const queue = typeAheadOf('one', 'two');
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
        encode: (text) => Buffer.from(text),
        bytesBegan: () => {},
        bytesEnded: () => {},
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
        encode: (text) => Buffer.from(text),
        bytesBegan: () => {},
        bytesEnded: () => {},
        batch: (act) => act(),
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
    const queue = aTypeAhead((what) => held.push(what));
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
    const queue = typeAheadOf('one', 'two');
    queue.interrupt();
    queue.push('three');
    expect(listen(queue.line$)).toEqual(['three']);
  });

  it('stops within the waiting lines when their listener interrupts', () => {
    const queue = typeAheadOf('one', 'stop', 'two');
    const heard: string[] = [];
    queue.line$.subscribe((line) => {
      heard.push(line);
      if (line === 'stop') queue.interrupt();
    });
    queue.push('three');
    expect(heard).toEqual(['one', 'stop', 'three']);
  });

  it('releases the caller when interrupted lines had held them', () => {
    const held: string[] = [];
    const queue = aTypeAhead((what) => held.push(what));
    while (held.length === 0) queue.push('x'.repeat(1000));
    queue.interrupt();
    expect(held).toEqual(['hold', 'release']);
  });
});
