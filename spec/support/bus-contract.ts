import { concat, NEVER, type Observable, take, tap, throwError } from 'rxjs';
import type { Bus, Presence } from '../../streams/types/app.js';

/** A bus, and a way to wait until all messages have arrived, since a broker is asynchronous. */
export interface BusUnderTest {
  readonly bus: Bus;
  readonly settled: () => Promise<void>;
}

/** Records the notifications of an Observable. */
export function listen(channel$: Observable<unknown>): unknown[] {
  const heard: unknown[] = [];
  channel$.subscribe({
    next: (message) => heard.push(message),
    error: () => heard.push('#'),
    complete: () => heard.push('|'),
  });
  return heard;
}

const ODD_NAMES = [
  'other',
  '',
  ' ',
  '__proto__',
  'constructor',
  '*',
  'a.b',
  'a/b',
  '\u6f22',
  'x'.repeat(10_000),
];

/** The specs of every bus. Run them for a bus with a broker too. */
export function busContract(make: () => BusUnderTest): void {
  let bus: Bus;
  let settled: () => Promise<void>;
  beforeEach(() => {
    ({ bus, settled } = make());
  });

  it('has five methods', () => {
    expect(Object.keys(bus).sort()).toEqual(['channel$', 'enter', 'presence$', 'present', 'publish']);
  });

  it('delivers a message to all subscribers of its channel, the publisher included', async () => {
    const [ann, bob] = [listen(bus.channel$('main')), listen(bus.channel$('main'))];
    bus.publish('main', 'hello');
    await settled();
    expect([ann, bob]).toEqual([['hello'], ['hello']]);
  });

  it('delivers it to no other channel, whatever its name', async () => {
    const heard = ODD_NAMES.map((name) => listen(bus.channel$(name)));
    bus.publish('main', 'hello');
    await settled();
    expect(heard.flat()).toEqual([]);
    for (const name of ODD_NAMES) bus.publish(name, name);
    await settled();
    expect(heard).toEqual(ODD_NAMES.map((name) => [name]));
  });

  it('carries any JSON value', async () => {
    const heard = listen(bus.channel$('main'));
    const messages = [
      null,
      0,
      '',
      false,
      'text',
      [1, [2]],
      { from: { handle: 'ann' }, text: '\u0000\u{1f600}' },
    ];
    for (const message of messages) bus.publish('main', message);
    await settled();
    expect(heard).toEqual(messages);
  });

  it('keeps the order of each publisher', async () => {
    const heard = listen(bus.channel$('main')) as string[];
    for (let count = 0; count < 100; count += 1)
      for (const name of ['ann', 'bob']) bus.publish('main', `${name} ${count}`);
    await settled();
    for (const name of ['ann', 'bob'])
      expect(heard.filter((message) => message.startsWith(name))).toEqual(
        Array.from({ length: 100 }, (_, count) => `${name} ${count}`),
      );
  });

  it('keeps no messages for later subscribers', async () => {
    bus.publish('main', 'before');
    await settled();
    const heard = listen(bus.channel$('main'));
    await settled();
    bus.publish('main', 'after');
    await settled();
    expect(heard).toEqual(['after']);
  });

  it('delays no subscriber for another that throws, unsubscribes or never finishes', async () => {
    listen(
      bus.channel$('main').pipe(
        tap(() => {
          throw new Error('broken');
        }),
      ),
    );
    listen(bus.channel$('main').pipe(take(1)));
    bus.channel$('main').subscribe(() => new Promise(() => {}));
    const heard = listen(bus.channel$('main'));
    for (const message of [1, 2, 3]) bus.publish('main', message);
    await settled();
    expect(heard).toEqual([1, 2, 3]);
  });

  it('never completes a channel', async () => {
    const heard = listen(concat(bus.channel$('main').pipe(take(1)), bus.channel$('main')));
    bus.publish('main', 1);
    await settled();
    bus.publish('main', 2);
    await settled();
    expect(heard).toEqual([1, 2]);
  });

  const whereabouts = ({ present }: Bus) =>
    [...present()].map(([channel, visitors]) => [channel, [...visitors]]);

  describe('presence', () => {
    const ann = { callId: 'fake-1', handle: 'ann' };
    const bob = { callId: 'fake-2', handle: 'bob' };

    it('lasts as long as the subscription to enter()', async () => {
      const heard = listen(bus.presence$('main'));
      const visit = bus.enter('main', ann).subscribe();
      await settled();
      expect(whereabouts(bus)).toEqual([['main', [ann]]]);
      visit.unsubscribe();
      await settled();
      expect(bus.present().size).toBe(0);
      expect(heard).toEqual([
        { type: 'entered', channel: 'main', visitor: ann },
        { type: 'left', channel: 'main', visitor: ann },
      ]);
    });

    it('ends when the subscription ends for any reason', async () => {
      const broken$ = concat(
        NEVER.pipe(take(0)),
        throwError(() => new Error('broken')),
      );
      const visit = bus.enter('main', ann).subscribe({ error: () => {} });
      broken$.subscribe({ error: () => visit.unsubscribe() });
      await settled();
      expect(bus.present().size).toBe(0);
    });

    it('begins at the subscription, not at the call of enter()', async () => {
      bus.enter('main', ann);
      await settled();
      expect(bus.present().size).toBe(0);
    });

    it('is announced to subscribers of the channel only', async () => {
      const others = ODD_NAMES.map((name) => listen(bus.presence$(name)));
      const messages = listen(bus.channel$('main'));
      bus.enter('main', ann).subscribe();
      await settled();
      expect([...others, messages].flat()).toEqual([]);
    });

    it('counts a visitor who entered twice as two', async () => {
      const visits = [bus.enter('main', ann).subscribe(), bus.enter('main', ann).subscribe()];
      await settled();
      expect([...(bus.present().get('main') ?? [])]).toEqual([ann, ann]);
      visits[0]?.unsubscribe();
      await settled();
      expect([...(bus.present().get('main') ?? [])]).toEqual([ann]);
    });

    it('lists the visitors of each channel in the order of their arrival', async () => {
      for (const [channel, visitor] of [
        ['main', bob],
        ['main', ann],
        ['__proto__', ann],
      ] as const)
        bus.enter(channel, visitor).subscribe();
      await settled();
      expect(whereabouts(bus)).toEqual([
        ['main', [bob, ann]],
        ['__proto__', [ann]],
      ]);
    });

    it('matches the sum of its announcements', async () => {
      const inside = new Set<string>();
      bus.presence$('main').subscribe(({ type, visitor }: Presence) => {
        if (type === 'entered') inside.add(visitor.callId);
        else inside.delete(visitor.callId);
      });
      const visits = ['1', '2', '3', '4'].map((callId) =>
        bus.enter('main', { callId, handle: callId }).subscribe(),
      );
      visits[1]?.unsubscribe();
      visits[3]?.unsubscribe();
      await settled();
      expect([...inside]).toEqual([...(bus.present().get('main') ?? [])].map(({ callId }) => callId));
      expect([...inside]).toEqual(['1', '3']);
    });
  });
}
