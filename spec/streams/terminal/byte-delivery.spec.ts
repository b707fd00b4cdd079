import { concat, map, NEVER, type Observable, repeat, Subject, take, takeUntil, timer } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import type { TypeAhead, TypeAheadDelegate } from '../../../streams/terminal/type-ahead.js';
import { aTypeAhead, listen, typeAheadOf } from '../../support/type-ahead.js';

const text = map((bytes: Uint8Array) => Buffer.from(bytes).toString());
const heardOf = ({ byte$ }: Pick<TypeAhead, 'byte$'>) => listen(byte$.pipe(text));
const unfinished = (typed: string) => {
  let left = typed;
  return {
    takeCharacter: () => '',
    takeBytes() {
      const bytes = Buffer.from(left);
      left = '';
      return bytes;
    },
  };
};
const push = (queue: TypeAhead, bytes: string) => queue.pushBytes(Buffer.from(bytes));

/** A type-ahead that is pushed these chunks, and ended. */
function fed(chunk$: Observable<string>, parts: Partial<TypeAheadDelegate> = {}): TypeAhead {
  const queue = aTypeAhead(undefined, undefined, parts);
  chunk$.subscribe({ next: (chunk) => push(queue, chunk), complete: () => queue.end() });
  return queue;
}

describe('ByteDelivery', () => {
  it(
    'emits what comes while it is subscribed, and completes at the end',
    marbles((m) => {
      m.expect(fed(m.hot('---')).byte$.pipe(text)).toBeObservable('---');
      m.expect(fed(m.hot('--|')).byte$.pipe(text)).toBeObservable('--|');
      m.expect(fed(m.hot('-a|')).byte$.pipe(text)).toBeObservable('-a|');
      m.expect(fed(m.hot('a-bc-|')).byte$.pipe(text)).toBeObservable('a-bc-|');
      const left = fed(m.hot('-a-b-|'));
      m.expect(left.byte$.pipe(text), '--!').toBeObservable('-a-');
      const both = fed(m.hot('-ab|'));
      m.expect(both.byte$.pipe(text, take(1))).toBeObservable('-(a|)');
      m.expect(both.byte$.pipe(text)).toBeObservable('-ab|');
    }),
  );

  it(
    'is wanted from the first subscription to the last unsubscription',
    marbles((m) => {
      const source$ = m.hot('    -a-b-c-|');
      const wanted: string[] = [];
      const queue = fed(source$, {
        bytesBegan: (isFirstTime) => wanted.push(isFirstTime ? 'first' : 'again'),
        bytesEnded: () => wanted.push('ended'),
      });
      const during$ = (ms: number) => queue.byte$.pipe(text, takeUntil(timer(ms, m.scheduler)));
      m.expect(concat(during$(2), timer(2, m.scheduler), queue.byte$.pipe(text))).toBeObservable('-a--0c-|', {
        a: 'a',
        0: 0,
        c: 'c',
      });
      m.expect(source$).toHaveSubscriptions('^------!');
      m.flush();
      expect(wanted).toEqual(['first', 'ended', 'again', 'ended']);
    }),
  );

  it('emits the waiting lines first, each with a CR, and the line being typed', () => {
    const queue = typeAheadOf('hé', '');
    queue.typing = unfinished('xy');
    const heard = heardOf(queue);
    push(queue, 'z');
    expect(heard).toEqual(['hé\r', '\r', 'xy', 'z']);
    expect(queue.taken).toBe(3);
  });

  it('leaves the rest of the type-ahead to the next listener', () => {
    const queue = typeAheadOf('one', 'two');
    queue.typing = unfinished('xy');
    expect(listen(queue.byte$.pipe(text, take(1)))).toEqual(['one\r', '|']);
    expect(listen(queue.line$.pipe(take(1)))).toEqual(['two', '|']);
    expect(heardOf(queue)).toEqual(['xy']);
  });

  it('gets each chunk once, if it is subscribed to again and again', () => {
    const queue = typeAheadOf('one', 'two');
    const heard = listen(queue.byte$.pipe(text, take(1), repeat()));
    push(queue, 'a');
    push(queue, 'b');
    queue.end();
    expect(heard.slice(0, 4)).toEqual(['one\r', 'two\r', 'a', 'b']);
  });

  it('goes from lines to bytes to keys to lines', () => {
    const queue = typeAheadOf();
    const heard = listen(
      concat(
        queue.line$.pipe(take(1)),
        queue.byte$.pipe(text, take(2)),
        queue.key$.pipe(take(1)),
        queue.line$,
      ),
    );
    queue.push('line');
    expect([queue.wantsBytes, queue.wantsKeys, queue.isRead]).toEqual([true, false, true]);
    push(queue, 'by');
    push(queue, 'tes');
    expect([queue.wantsBytes, queue.wantsKeys]).toEqual([false, true]);
    queue.press('up');
    queue.push('more');
    expect(heard).toEqual(['line', 'by', 'tes', 'up', 'more']);
  });

  it('takes precedence over keys', () => {
    const queue = typeAheadOf('ab');
    const keys = listen(queue.key$.pipe(take(1)));
    expect([keys, heardOf(queue)]).toEqual([['a', '|'], ['b\r']]);
  });

  it('drops bytes without a listener, as it is asked for before', () => {
    const queue = typeAheadOf();
    push(queue, 'lost');
    queue.byte$.subscribe().unsubscribe();
    push(queue, 'lost');
    expect(heardOf(queue)).toEqual([]);
  });

  it('completes at the end, also for later subscribers', () => {
    const queue = typeAheadOf();
    const heard = heardOf(queue);
    queue.end();
    expect([heard, heardOf(queue)]).toEqual([['|'], ['|']]);
  });

  describe("of a caller who doesn't read", () => {
    it('waits, and comes in order when the caller has read', () => {
      const queue = typeAheadOf('line');
      queue.block();
      const heard = heardOf(queue);
      const memory = Buffer.from('a');
      queue.pushBytes(memory);
      memory.fill('x');
      push(queue, 'b');
      expect(heard).toEqual([]);
      queue.unblock();
      push(queue, 'c');
      expect(heard).toEqual(['line\r', 'a', 'b', 'c']);
    });

    it('holds the caller above the limit, and releases below half', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
      let heard = 0;
      queue.byte$.subscribe(({ length }) => {
        heard += length;
      });
      queue.block();
      for (let count = 0; count < 63; count += 1) queue.pushBytes(Buffer.alloc(1000));
      expect(held).toEqual(['hold']);
      queue.unblock();
      expect([heard, held]).toEqual([63_000, ['hold', 'release']]);
    });

    it('counts the memory of small chunks', () => {
      const held: string[] = [];
      const queue = aTypeAhead((what) => held.push(what));
      queue.byte$.subscribe();
      queue.block();
      for (let count = 0; count < 400; count += 1) push(queue, 'x');
      expect(held).toEqual(['hold']);
    });

    it('gives back what nothing has taken, and releases the caller, when the last listener leaves', () => {
      const told: string[] = [];
      const queue = aTypeAhead((what) => told.push(what), undefined, {
        bytesEnded: (rest) => told.push(`${Buffer.concat(rest).toString().replaceAll('x', '')}`),
      });
      const stop = new Subject<void>();
      const heard: string[] = [];
      queue.byte$.pipe(text, takeUntil(stop)).subscribe((chunk) => {
        heard.push(chunk);
        stop.next();
      });
      queue.block();
      push(queue, 'one');
      push(queue, `two${'x'.repeat(70_000)}`);
      push(queue, 'three');
      queue.unblock();
      expect(heard).toEqual(['one']);
      expect(told).toEqual(['hold', 'twothree', 'release']);
    });

    it('drops what waits at the end', () => {
      const rest: Uint8Array[] = [];
      const queue = aTypeAhead(undefined, undefined, { bytesEnded: (chunks) => rest.push(...chunks) });
      const heard = heardOf(queue);
      queue.block();
      push(queue, 'a');
      queue.end();
      queue.unblock();
      expect([heard, rest]).toEqual([['|'], []]);
    });
  });

  it('never completes by itself', () => {
    const queue = typeAheadOf('a');
    const heard = listen(concat(queue.byte$.pipe(text), NEVER));
    expect(heard).toEqual(['a\r']);
  });
});
