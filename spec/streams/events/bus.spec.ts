import { take, tap } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { embeddedBus, MAX_AT_ONCE } from '../../../streams/events/bus.js';
import { busContract, listen } from '../../support/bus-contract.js';

describe('embeddedBus', () => {
  busContract(() => ({ bus: embeddedBus(), settled: async () => {} }));

  it('carries any value, including undefined', () => {
    const bus = embeddedBus();
    const heard = listen(bus.channel$('main'));
    const message = { from: 'ann' };
    for (const each of [undefined, null, 0, message]) bus.publish('main', each);
    expect(heard).toEqual([undefined, null, 0, message]);
  });

  it('returns the presence without copying it', () => {
    const bus = embeddedBus();
    for (const handle of ['ann', 'bob']) bus.enter('main', { callId: handle, handle }).subscribe();
    expect(bus.present().get('main')?.size).toBe(2);
    expect(bus.present().get('main')).toBe(bus.present().get('main'));
  });

  it(
    'delivers a message at once, and only to current subscribers',
    marbles((m) => {
      const bus = embeddedBus();
      m.hot('                                  a-b-c-d-').subscribe((message) =>
        bus.publish('main', message),
      );
      m.expect(bus.channel$('main'), '         -^----!').toBeObservable('--b-c-');
      m.expect(bus.channel$('main'), '         ---^---!').toBeObservable('----c-d');
    }),
  );

  it('delivers a message to all before one published because of it', () => {
    const bus = embeddedBus();
    bus.channel$('main').subscribe((message) => {
      if (message === 'ping') bus.publish('main', 'pong');
    });
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 'ping');
    expect(heard).toEqual(['ping', 'pong']);
  });

  it('keeps the order of each publisher, even if publishers answer each other', () => {
    const bus = embeddedBus();
    bus.channel$('main').subscribe((message) => {
      if (message === 'ann 1') for (const count of [1, 2, 3]) bus.publish('main', `bob ${count}`);
    });
    bus.channel$('main').subscribe((message) => {
      if (message === 'bob 2') bus.publish('main', 'eve 1');
    });
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 'ann 1');
    bus.publish('main', 'ann 2');
    expect(heard).toEqual(['ann 1', 'bob 1', 'bob 2', 'bob 3', 'eve 1', 'ann 2']);
  });

  it('delivers at once what one channel causes on another', () => {
    const bus = embeddedBus();
    const heard = listen(bus.channel$('log'));
    bus.channel$('main').subscribe((message) => bus.publish('log', message));
    bus.publish('main', 'hello');
    expect(heard).toEqual(['hello']);
  });

  it('continues with the others when a listener unsubscribes during a message', () => {
    const bus = embeddedBus();
    const once = listen(bus.channel$('main').pipe(take(1)));
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 1);
    bus.publish('main', 2);
    expect(once).toEqual([1, '|']);
    expect(heard).toEqual([1, 2]);
  });

  it('drops messages without subscribers, and opens the channel anew for the next', () => {
    const bus = embeddedBus();
    const first = listen(bus.channel$('main').pipe(take(1)));
    bus.publish('main', 1);
    bus.publish('main', 2);
    const second = listen(bus.channel$('main'));
    bus.publish('main', 3);
    expect(first).toEqual([1, '|']);
    expect(second).toEqual([3]);
  });

  it('deletes a channel with its last subscriber', () => {
    const channels = spyOn(Map.prototype, 'delete').and.callThrough();
    const bus = embeddedBus();
    const [ann, bob] = [bus.channel$('main').subscribe(), bus.channel$('main').subscribe()];
    ann.unsubscribe();
    expect(channels).not.toHaveBeenCalledWith('main');
    bob.unsubscribe();
    expect(channels).toHaveBeenCalledOnceWith('main');
  });

  it('opens no channel for a message without subscribers, nor before a subscription', () => {
    const bus = embeddedBus();
    const channels = spyOn(Map.prototype, 'set').and.callThrough();
    bus.publish('main', 'hello');
    bus.channel$('main');
    expect(channels).not.toHaveBeenCalled();
  });

  it('creates an independent bus each time', () => {
    const [one, other] = [embeddedBus(), embeddedBus()];
    const heard = listen(other.channel$('main'));
    one.publish('main', 'hello');
    expect(heard).toEqual([]);
  });

  describe('listeners that answer each other endlessly', () => {
    it('are stopped: publishing throws after too many messages', () => {
      const bus = embeddedBus();
      const failed: unknown[] = [];
      let heard = 0;
      const parrot = (from: string, to: string) =>
        bus
          .channel$(from)
          .pipe(
            tap(() => {
              heard += 1;
              bus.publish(to, 'again');
            }),
          )
          .subscribe({ error: ({ message }) => failed.push(message) });
      parrot('ping', 'pong');
      parrot('pong', 'ping');
      bus.publish('ping', 'go');
      expect(failed).toEqual([`more than ${MAX_AT_ONCE} messages in answer to one`]);
      expect(heard).toBe(MAX_AT_ONCE);
    });

    it('are stopped on one channel, and if each answers twice', () => {
      const bus = embeddedBus();
      const failed: unknown[] = [];
      bus
        .channel$('main')
        .pipe(
          tap(() => {
            bus.publish('main', 'a');
            bus.publish('main', 'b');
          }),
        )
        .subscribe({ error: ({ message }) => failed.push(message) });
      bus.publish('main', 'go');
      expect(failed.length).toBe(1);
    });

    it('are stopped when they enter and leave endlessly, and none stays', () => {
      const bus = embeddedBus();
      const failed: string[] = [];
      let session = 1;
      bus.presence$('main').subscribe(() => {
        session += 1;
        const visitor = { callId: `fake-${session}`, handle: `${session}` };
        bus.enter('main', visitor).subscribe({ error: ({ message }) => failed.push(message) });
      });
      bus.enter('main', { callId: 'fake-1', handle: '1' }).subscribe();
      expect(failed).toEqual([`more than ${MAX_AT_ONCE} messages in answer to one`]);
      expect(bus.present().get('main')?.size).toBe(MAX_AT_ONCE);
    });

    it('are told from as many messages in a row', () => {
      const bus = embeddedBus();
      const heard = listen(bus.channel$('main'));
      for (let count = 0; count <= MAX_AT_ONCE; count += 1) bus.publish('main', count);
      expect(heard.length).toBe(MAX_AT_ONCE + 1);
    });

    it('are counted anew with the next message', () => {
      const bus = embeddedBus();
      const log = listen(bus.channel$('log'));
      bus.channel$('main').subscribe(() => {
        for (let count = 0; count < MAX_AT_ONCE - 1; count += 1) bus.publish('log', count);
      });
      bus.publish('main', 1);
      bus.publish('main', 2);
      expect(log.length).toBe(2 * (MAX_AT_ONCE - 1));
    });
  });
});
