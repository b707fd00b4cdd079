import { NEVER, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { AdmittedCaller } from '../../../streams/admission/admitted.js';
import { capacity, type NodeLimits } from '../../../streams/admission/capacity.js';
import { waitingRoom } from '../../../streams/admission/waiting-room.js';

/** A board with these limits, and its callers, who have a node at once if there is one. */
function board(limits: Partial<NodeLimits>, scheduler = new VirtualTimeScheduler()) {
  const nodes = capacity({ maxSessions: 1, reserve: 0, maxUnauthenticated: null, ...limits });
  const room = waitingRoom(nodes, scheduler);
  let id = 0;
  const call = ({ isTrusted = false } = {}) => {
    id += 1;
    return new AdmittedCaller(nodes, room, fakeConnection(NEVER), id, isTrusted, nodes.hasRoom(isTrusted));
  };
  return { nodes, room, call };
}
const ONE_UNAUTHENTICATED = { maxSessions: 3, maxUnauthenticated: { start: 1, full: 1, rate: 1 } };

describe('AdmittedCaller', () => {
  it(
    'who has a node waits for none',
    marbles((m) => {
      const caller = board({}, m.scheduler).call();
      expect([caller.verdict, caller.node]).toEqual(['admitted', 1]);
      m.expect(caller.position$).toBeObservable('|');
    }),
  );

  it(
    'who waits is told the position, each once, until there is a node',
    marbles((m) => {
      const { call, room } = board({}, m.scheduler);
      const [first, second, third, last] = [call(), call(), call(), call()];
      expect([third.verdict, third.node]).toEqual(['waiting', 0]);
      const moving = room.moving$.subscribe();
      m.scheduler.schedule(() => last.leave(), 1);
      m.scheduler.schedule(() => second.leave(), 2);
      m.scheduler.schedule(() => first.leave(), 4);
      m.scheduler.schedule(() => moving.unsubscribe(), 6);
      m.expect(second.position$, '-!').toBeObservable('1', { 1: 1 });
      m.expect(third.position$).toBeObservable('2-1-|', { 1: 1, 2: 2 });
      m.flush();
      expect(third.node).toBe(1);
    }),
  );

  it('frees the node for the next caller, once', () => {
    const { call, room } = board({});
    const [first, second, third] = [call(), call(), call()];
    first.leave();
    first.leave();
    expect([second.node, third.node, room.size]).toEqual([1, 0, 1]);
  });

  it('leaves the waiting room without a node', () => {
    const { call, room } = board({});
    const [first, second, third] = [call(), call(), call()];
    second.leave();
    expect(room.size).toBe(1);
    first.leave();
    expect([second.node, third.node]).toEqual([0, 1]);
  });

  it('counts as unauthenticated until the login, which lets the next caller in', () => {
    const { call, nodes } = board(ONE_UNAUTHENTICATED);
    const [first, second, third] = [call(), call(), call()];
    expect([first.node, second.node, third.node]).toEqual([1, 0, 0]);
    first.loggedIn();
    first.loggedIn();
    expect([second.node, third.node]).toEqual([2, 0]);
    expect(nodes.countForEarlyDrop()).toBe(1);
  });

  it('counts for early drop as a guest, and yet lets the next caller in', () => {
    const { call, nodes } = board(ONE_UNAUTHENTICATED);
    const [first, second] = [call(), call()];
    first.loggedInAsGuest();
    first.loggedInAsGuest();
    expect(second.node).toBe(2);
    expect(nodes.countForEarlyDrop()).toBe(2);
  });

  it('no longer counts as unauthenticated after leaving, logged in or not', () => {
    const { call, nodes } = board(ONE_UNAUTHENTICATED);
    const first = call();
    first.leave();
    expect(nodes.countForEarlyDrop()).toBe(0);
    const second = call();
    second.loggedIn();
    second.leave();
    expect(nodes.countForEarlyDrop()).toBe(0);
  });

  it('never counts as unauthenticated from a trusted address', () => {
    const { call, nodes } = board(ONE_UNAUTHENTICATED);
    const [trusted, other] = [call({ isTrusted: true }), call()];
    expect([trusted.node, other.node]).toEqual([1, 2]);
    trusted.loggedIn();
    trusted.leave();
    expect(nodes.countForEarlyDrop()).toBe(1);
  });
});
