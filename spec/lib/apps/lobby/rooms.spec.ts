import { roomChannel, rooms, roomsOf } from '../../../../lib/apps/lobby/rooms.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import type { Bus } from '../../../../streams/types/app.js';
import { someone } from '../../../support/lobby.js';

const inside = (bus: Bus) =>
  [...rooms(bus)].map(([room, visitors]) => [room, [...visitors].map(({ callId }) => callId)]);

describe('rooms', () => {
  it('returns the rooms with visitors, in the order of their arrival', () => {
    const bus = embeddedBus();
    const ann = bus.enter(roomChannel('garden'), { callId: 'fake-1', handle: 'ann' }).subscribe();
    const bob = bus.enter(roomChannel('garden'), { callId: 'fake-2', handle: 'bob' }).subscribe();
    bus.enter(roomChannel('attic'), { callId: 'fake-3', handle: 'eve' }).subscribe();

    expect(inside(bus)).toEqual([
      ['garden', ['fake-1', 'fake-2']],
      ['attic', ['fake-3']],
    ]);
    ann.unsubscribe();
    bob.unsubscribe();
    expect(inside(bus)).toEqual([['attic', ['fake-3']]]);
  });

  it('excludes other channels of the board', () => {
    const bus = embeddedBus();
    bus.enter('chess', { callId: 'fake-1', handle: 'ann' }).subscribe();
    expect(rooms(bus).size).toBe(0);
  });

  it('allows any name', () => {
    const bus = embeddedBus();
    bus.enter(roomChannel('__proto__'), { callId: 'fake-1', handle: 'ann' }).subscribe();
    expect([...rooms(bus).keys()]).toEqual(['__proto__']);
  });
});

describe('roomsOf', () => {
  it('returns the rooms of the given sessions only', () => {
    const bus = embeddedBus();
    const [ann, bob, eve] = [someone(1, 'ann'), someone(2, 'bob'), someone(3, 'eve')];
    bus.enter(roomChannel('garden'), { callId: ann.callId, handle: 'ann' }).subscribe();
    bus.enter(roomChannel('attic'), { callId: bob.callId, handle: 'bob' }).subscribe();
    bus.enter('chess', { callId: eve.callId, handle: 'eve' }).subscribe();
    expect([...roomsOf(bus, [bob, eve])]).toEqual([[bob.callId, 'attic']]);
  });
});
