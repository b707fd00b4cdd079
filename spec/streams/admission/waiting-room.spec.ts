import { VirtualTimeScheduler } from 'rxjs';
import { type Waiter, waitingRoom } from '../../../streams/admission/waiting-room.js';

/** A waiting room in front of this many free nodes, some of them for trusted callers only. */
function room(free = 0, reserved = 0) {
  const scheduler = new VirtualTimeScheduler();
  const told: string[] = [];
  const nodes = { free, reserved };
  const waiting = waitingRoom(
    { hasRoom: (isTrusted) => nodes.free > (isTrusted ? 0 : nodes.reserved) },
    scheduler,
  );
  const running = waiting.moving$.subscribe();
  const waiter = (name: string, isTrusted = false): Waiter => ({
    isTrusted,
    enter() {
      nodes.free -= 1;
      told.push(`${name} enters`);
    },
    moveTo: (position) => told.push(`${name} ${position}`),
  });
  const come = (name: string, isTrusted = false) => {
    const comer = waiter(name, isTrusted);
    waiting.add(comer);
    return comer;
  };
  return { waiting, nodes, told, come, running, settle: () => scheduler.flush() };
}

describe('waitingRoom', () => {
  it('gives free nodes to the first callers, and tells the others their positions', () => {
    const { waiting, nodes, told, come, settle } = room();
    for (const name of ['ann', 'bob', 'carl', 'dora']) come(name);
    waiting.seatWaiters();
    expect(told).toEqual([]);
    nodes.free = 2;
    waiting.seatWaiters();
    settle();
    // A position may be told again.
    expect([...new Set(told)]).toEqual(['ann enters', 'bob enters', 'carl 1', 'dora 2']);
    expect(waiting.size).toBe(2);
  });

  it('gives reserved nodes to the first trusted caller', () => {
    const { waiting, told, come } = room(1, 1);
    come('ann');
    come('bob', true);
    come('carl', true);
    waiting.seatWaiters();
    expect(told).toEqual(['bob enters']);
    expect(waiting.size).toBe(2);
  });

  it('gives other nodes in the order of arrival, trusted or not', () => {
    const { waiting, told, come } = room(2);
    come('ann');
    come('bob', true);
    waiting.seatWaiters();
    expect(told).toEqual(['ann enters', 'bob enters']);
  });

  it('moves the others up when one gives up', () => {
    const { waiting, nodes, told, come, settle } = room();
    const ann = come('ann', true);
    come('bob');
    waiting.remove(ann);
    settle();
    expect(told).toEqual(['bob 1']);
    nodes.free = 1;
    waiting.seatWaiters();
    expect(told).toEqual(['bob 1', 'bob enters']);
    expect(waiting.size).toBe(0);
  });

  it('tells no positions when unsubscribed', () => {
    const { waiting, told, come, running, settle } = room();
    const ann = come('ann');
    come('bob');
    running.unsubscribe();
    waiting.remove(ann);
    settle();
    expect(told).toEqual([]);
  });
});
