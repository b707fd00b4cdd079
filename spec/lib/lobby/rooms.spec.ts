import { roomChannel, rooms, roomsOf } from '../../../lib/lobby/rooms.js';
import { embeddedBus } from '../../../streams/bus.js';
import type { Bus } from '../../../streams/types.js';
import { someone } from '../../support/lobby.js';

const inside = (bus: Bus) =>
  [...rooms(bus)].map(([room, visitors]) => [room, [...visitors].map(({ session }) => session)]);

describe('rooms', () => {
  it('are those that somebody is in, and who, in the order in which they came', () => {
    const bus = embeddedBus();
    const ann = bus.enter(roomChannel('garden'), { session: 1, handle: 'ann' }).subscribe();
    const bob = bus.enter(roomChannel('garden'), { session: 2, handle: 'bob' }).subscribe();
    bus.enter(roomChannel('attic'), { session: 3, handle: 'eve' }).subscribe();

    expect(inside(bus)).toEqual([
      ['garden', [1, 2]],
      ['attic', [3]],
    ]);
    ann.unsubscribe();
    bob.unsubscribe();
    expect(inside(bus)).toEqual([['attic', [3]]]);
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

describe('roomsOf', () => {
  it('are the rooms of those who are asked for, and of nobody else', () => {
    const bus = embeddedBus();
    bus.enter(roomChannel('garden'), { session: 1, handle: 'ann' }).subscribe();
    bus.enter(roomChannel('attic'), { session: 2, handle: 'bob' }).subscribe();
    bus.enter('chess', { session: 3, handle: 'eve' }).subscribe();
    expect([...roomsOf(bus, [someone(2, 'bob'), someone(3, 'eve')])]).toEqual([[2, 'attic']]);
  });
});
