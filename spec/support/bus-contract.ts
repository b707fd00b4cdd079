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

  it('has five methods at most', () => {
    expect(Object.keys(bus).sort()).toEqual(['channel$', 'enter', 'presence$', 'present', 'publish']);
  });

  it('brings a message to everybody who observes its channel, the publisher too', async () => {
    const [ann, bob] = [listen(bus.channel$('main')), listen(bus.channel$('main'))];
    bus.publish('main', 'hello');
    await settled();
    expect([ann, bob]).toEqual([['hello'], ['hello']]);
  });

  it('brings it to nobody on another channel, whatever that is called', async () => {
    const heard = ODD_NAMES.map((name) => listen(bus.channel$(name)));
    bus.publish('main', 'hello');
    await settled();
    expect(heard.flat()).toEqual([]);
    for (const name of ODD_NAMES) bus.publish(name, name);
    await settled();
    expect(heard).toEqual(ODD_NAMES.map((name) => [name]));
  });

  it('carries whatever JSON does', async () => {
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

  it('keeps nothing for those who come later', async () => {
    bus.publish('main', 'before');
    await settled();
    const heard = listen(bus.channel$('main'));
    await settled();
    bus.publish('main', 'after');
    await settled();
    expect(heard).toEqual(['after']);
  });

  it('lets nobody wait for a listener that fails, leaves, or never comes to an end', async () => {
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

  it('ends for nobody by itself', async () => {
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

    it('is as long as a visit', async () => {
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

    it('ends with whatever ends the visit', async () => {
      const broken$ = concat(
        NEVER.pipe(take(0)),
        throwError(() => new Error('broken')),
      );
      const visit = bus.enter('main', ann).subscribe({ error: () => {} });
      broken$.subscribe({ error: () => visit.unsubscribe() });
      await settled();
      expect(bus.present().size).toBe(0);
    });

    it('begins when the visit does, not when it is made', async () => {
      bus.enter('main', ann);
      await settled();
      expect(bus.present().size).toBe(0);
    });

    it('is told to those who watch the channel, and to no others', async () => {
      const others = ODD_NAMES.map((name) => listen(bus.presence$(name)));
      const messages = listen(bus.channel$('main'));
      bus.enter('main', ann).subscribe();
      await settled();
      expect([...others, messages].flat()).toEqual([]);
    });

    it('counts somebody who is there twice twice', async () => {
      const visits = [bus.enter('main', ann).subscribe(), bus.enter('main', ann).subscribe()];
      await settled();
      expect([...(bus.present().get('main') ?? [])]).toEqual([ann, ann]);
      visits[0]?.unsubscribe();
      await settled();
      expect([...(bus.present().get('main') ?? [])]).toEqual([ann]);
    });

    it('names who is where, the longest there first', async () => {
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

    it('adds up to who is there', async () => {
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
