import { map, mergeMap, take } from 'rxjs';
import { Failing } from '../../support/failing.js';
import { aTypeAhead, listen, typeAheadOf } from '../../support/type-ahead.js';

describe('KeyDelivery', () => {
  it('passes keys on after a listener that throws', () => {
    const queue = typeAheadOf('ab');
    const listener = new Failing();
    const keys = queue.key$.subscribe(listener);
    expect(listener.heard).toEqual(['# in a subscriber']);
    expect(keys.closed).toBe(true);
    queue.push('c');
    expect(listen(queue.key$)).toEqual(['c', 'enter']);
  });

  it('gets keys the same way', () => {
    const queue = typeAheadOf('a', 'b');
    const one$ = () => queue.key$.pipe(take(1));
    const heard: string[] = [];
    one$()
      .pipe(mergeMap((first) => one$().pipe(map((second) => first + second))))
      .subscribe((pair) => heard.push(pair));
    expect(heard).toEqual(['aenter']);
    expect(listen(queue.line$)).toEqual(['b']);
  });

  it('emits keys, which are wanted only while it is subscribed', () => {
    const queue = typeAheadOf();
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
    const queue = typeAheadOf('h\u00e9\u{1f46a}', '');
    const unfinished = [...'xy'];
    queue.typing = { takeCharacter: () => unfinished.shift() ?? '', takeBytes: () => Uint8Array.of() };
    expect(listen(queue.key$)).toEqual(['h', 'é', '\u{1f46a}', 'enter', 'enter', 'x', 'y']);
  });

  it('leaves the rest of the type-ahead to the next listener', () => {
    const queue = typeAheadOf('yes', 'next');
    const unfinished = [...'xy'];
    queue.typing = { takeCharacter: () => unfinished.shift() ?? '', takeBytes: () => Uint8Array.of() };
    expect(listen(queue.key$.pipe(take(1)))).toEqual(['y', '|']);
    expect(listen(queue.line$)).toEqual(['es', 'next']);
    expect(unfinished).toEqual(['x', 'y']);
  });

  it('emits every key to every listener, and wants keys while there is one', () => {
    const queue = typeAheadOf();
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
    const queue = typeAheadOf('y', 'next');
    expect(listen(queue.key$.pipe(take(1)))).toEqual(['y', '|']);
    expect(listen(queue.line$)).toEqual(['', 'next']);
  });

  it('counts a line as taken with its Enter', () => {
    const queue = typeAheadOf('yes');
    queue.key$.pipe(take(3)).subscribe();
    expect(queue.taken).toBe(0);
    queue.key$.pipe(take(1)).subscribe();
    expect(queue.taken).toBe(1);
  });

  it('releases a caller who was held', () => {
    const held: string[] = [];
    const queue = aTypeAhead((what) => held.push(what));
    while (held.length === 0) queue.push('x'.repeat(1000));
    queue.key$.subscribe();
    expect(held).toEqual(['hold', 'release']);
  });

  it('completes at the end, also for later subscribers', () => {
    const queue = typeAheadOf();
    const heard = listen(queue.key$);
    queue.end();
    expect([heard, listen(queue.key$)]).toEqual([['|'], ['|']]);
  });

  describe("keys of a caller who doesn't read", () => {
    it('wait, and come in order when the caller has read', () => {
      const queue = typeAheadOf();
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
      const queue = typeAheadOf();
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
      const queue = aTypeAhead((what) => held.push(what));
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
});
