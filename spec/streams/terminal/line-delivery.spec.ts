import { map, mergeMap, take, tap } from 'rxjs';
import { Failing } from '../../support/failing.js';
import { aTypeAhead, listen, typeAheadOf } from '../../support/type-ahead.js';

describe('LineDelivery', () => {
  it('is silent without input', () => {
    expect(listen(typeAheadOf().line$)).toEqual([]);
  });

  it('emits what was typed before the subscription, then what comes', () => {
    const queue = typeAheadOf('one', 'two');
    const heard = listen(queue.line$);
    queue.push('three');
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  it('continues after a listener that throws', () => {
    const queue = aTypeAhead();
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
    const queue = typeAheadOf('one', 'two');
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
    const queue = typeAheadOf();
    const [ann, bob] = [listen(queue.line$), listen(queue.line$)];
    queue.push('one');
    queue.push('two');
    expect(ann).toEqual(['one', 'two']);
    expect(bob).toEqual(['one', 'two']);
  });

  it('keeps the rest for the next listener when one unsubscribes during a line', () => {
    const queue = typeAheadOf('one', 'two', 'three');
    const heard = listen(queue.line$.pipe(take(2)));
    expect(heard).toEqual(['one', 'two', '|']);
    expect(listen(queue.line$)).toEqual(['three']);
  });

  it('keeps the order when a line causes another', () => {
    const queue = typeAheadOf('one', 'two');
    const heard: string[] = [];
    queue.line$.subscribe((line) => {
      heard.push(line);
      if (line === 'one') queue.push('three');
    });
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  it('emits the next line to a listener that subscribes because of the one before', () => {
    const queue = typeAheadOf('name', 'ann', 'rest');
    const answers: string[][] = [];
    const ask = () => answers.push(listen(queue.line$.pipe(take(1))));
    listen(queue.line$.pipe(take(1), tap(ask)));
    expect(answers).toEqual([['ann', '|']]);
  });

  it('gets everything typed ahead, each line once', () => {
    const queue = typeAheadOf('ann', 'secret', 'bob', 'hidden');
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

  it('counts the lines taken', () => {
    const queue = typeAheadOf('one', 'two', 'three');
    expect(queue.taken).toBe(0);
    queue.line$.pipe(take(2)).subscribe();
    expect(queue.taken).toBe(2);
  });

  it('counts lines emitted at once', () => {
    const queue = typeAheadOf();
    queue.line$.subscribe();
    queue.push('one');
    queue.push('two');
    expect(queue.taken).toBe(2);
  });
});
