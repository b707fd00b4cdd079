import { roomChannel, rooms } from '../../../lib/lobby/rooms.js';
import { embeddedBus } from '../../../streams/bus.js';

describe('rooms', () => {
  it('are those that somebody is in, and who, in the order in which they came', () => {
    const bus = embeddedBus();
    const ann = bus.enter(roomChannel('garden'), { session: 1, handle: 'ann' }).subscribe();
    const bob = bus.enter(roomChannel('garden'), { session: 2, handle: 'bob' }).subscribe();
    bus.enter(roomChannel('attic'), { session: 3, handle: 'eve' }).subscribe();

    expect([...rooms(bus)]).toEqual([
      ['garden', [1, 2]],
      ['attic', [3]],
    ]);
    ann.unsubscribe();
    bob.unsubscribe();
    expect([...rooms(bus)]).toEqual([['attic', [3]]]);
  });

  it("aren't the other channels of the board", () => {
    const bus = embeddedBus();
    bus.enter('chess', { session: 1, handle: 'ann' }).subscribe();
    expect(rooms(bus).size).toBe(0);
  });

  it('may have any name', () => {
    const bus = embeddedBus();
    bus.enter(roomChannel('__proto__'), { session: 1, handle: 'ann' }).subscribe();
    expect([...rooms(bus).keys()]).toEqual(['__proto__']);
  });
});
