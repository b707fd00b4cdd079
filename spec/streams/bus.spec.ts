import { type Observable, take } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { embeddedBus } from '../../streams/bus.js';

/** Notes what is heard, and its end. */
function listen(channel$: Observable<unknown>): unknown[] {
  const heard: unknown[] = [];
  channel$.subscribe({ next: (message) => heard.push(message), complete: () => heard.push('|') });
  return heard;
}

describe('embeddedBus', () => {
  it('brings a message to everybody who observes its channel', () => {
    const bus = embeddedBus();
    const [ann, bob] = [listen(bus.channel$('main')), listen(bus.channel$('main'))];
    bus.publish('main', 'hello');
    expect(ann).toEqual(['hello']);
    expect(bob).toEqual(['hello']);
  });

  it('brings it to nobody on another channel', () => {
    const bus = embeddedBus();
    const heard = ['other', '', '__proto__', 'constructor'].map((name) => listen(bus.channel$(name)));
    bus.publish('main', 'hello');
    expect(heard).toEqual([[], [], [], []]);
  });

  it('carries anything, undefined too', () => {
    const bus = embeddedBus();
    const heard = listen(bus.channel$('main'));
    const message = { from: 'ann' };
    for (const each of [undefined, null, 0, message]) bus.publish('main', each);
    expect(heard).toEqual([undefined, null, 0, message]);
  });

  it(
    'keeps nothing for those who come later',
    marbles((m) => {
      const bus = embeddedBus();
      m.hot('                                  a-b-c-d-').subscribe((message) =>
        bus.publish('main', message),
      );
      m.expect(bus.channel$('main'), '         -^----!').toBeObservable('--b-c-');
      m.expect(bus.channel$('main'), '         ---^---!').toBeObservable('----c-d');
    }),
  );

  it('never completes by itself', () => {
    const bus = embeddedBus();
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 'hello');
    bus.channel$('main').pipe(take(1)).subscribe();
    bus.publish('main', 'again');
    expect(heard).toEqual(['hello', 'again']);
  });

  it('lets all hear a message before one that was published because of it', () => {
    const bus = embeddedBus();
    bus.channel$('main').subscribe((message) => {
      if (message === 'ping') bus.publish('main', 'pong');
    });
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 'ping');
    expect(heard).toEqual(['ping', 'pong']);
  });

  it("keeps each publisher's order, also with publishers who answer each other", () => {
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

  it('goes on for the others when a listener leaves while hearing', () => {
    const bus = embeddedBus();
    const once = listen(bus.channel$('main').pipe(take(1)));
    const heard = listen(bus.channel$('main'));
    bus.publish('main', 1);
    bus.publish('main', 2);
    expect(once).toEqual([1, '|']);
    expect(heard).toEqual([1, 2]);
  });

  it('drops what nobody observes any more, and opens the channel anew for the next', () => {
    const bus = embeddedBus();
    const first = listen(bus.channel$('main').pipe(take(1)));
    bus.publish('main', 1);
    bus.publish('main', 2);
    const second = listen(bus.channel$('main'));
    bus.publish('main', 3);
    expect(first).toEqual([1, '|']);
    expect(second).toEqual([3]);
  });

  it('frees a channel with its last observer', () => {
    const channels = spyOn(Map.prototype, 'delete').and.callThrough();
    const bus = embeddedBus();
    const [ann, bob] = [bus.channel$('main').subscribe(), bus.channel$('main').subscribe()];
    ann.unsubscribe();
    expect(channels).not.toHaveBeenCalledWith('main');
    bob.unsubscribe();
    expect(channels).toHaveBeenCalledOnceWith('main');
  });

  it('opens no channel for a message that nobody observes, nor before somebody subscribes', () => {
    const bus = embeddedBus();
    const channels = spyOn(Map.prototype, 'set').and.callThrough();
    bus.publish('main', 'hello');
    bus.channel$('main');
    expect(channels).not.toHaveBeenCalled();
  });

  it('is a bus of its own each time', () => {
    const [one, other] = [embeddedBus(), embeddedBus()];
    const heard = listen(other.channel$('main'));
    one.publish('main', 'hello');
    expect(heard).toEqual([]);
  });
});
