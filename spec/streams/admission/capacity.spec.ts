import { NEVER } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { capacity } from '../../../streams/admission/capacity.js';

const connection = fakeConnection(NEVER);

describe('capacity', () => {
  it('has room for as many callers as nodes, the last ones for trusted callers', () => {
    const nodes = capacity({ maxSessions: 2, reserve: 1, maxUnauthenticated: null });
    expect([nodes.hasRoom(false), nodes.hasRoom(true)]).toEqual([true, true]);
    expect(nodes.takeNode(false)).toBe(1);
    expect([nodes.hasRoom(false), nodes.hasRoom(true)]).toEqual([false, true]);
    expect(nodes.takeNode(true)).toBe(2);
    expect(nodes.hasRoom(true)).toBe(false);
    nodes.freeNode(1, connection);
    expect([nodes.hasRoom(false), nodes.hasRoom(true)]).toEqual([false, true]);
    nodes.freeNode(2, connection);
    expect(nodes.hasRoom(false)).toBe(true);
  });

  it('limits the callers who have not logged in, except trusted ones', () => {
    const maxUnauthenticated = { start: 1, rate: 0, full: 1 };
    const nodes = capacity({ maxSessions: 9, reserve: 0, maxUnauthenticated });
    nodes.takeNode(true);
    expect([nodes.hasRoom(false), nodes.countForEarlyDrop()]).toEqual([true, 0]);
    nodes.takeNode(false);
    expect([nodes.hasRoom(false), nodes.countForEarlyDrop()]).toEqual([false, 1]);
    nodes.loggedIn();
    expect([nodes.hasRoom(false), nodes.countForEarlyDrop()]).toEqual([true, 0]);
  });

  it('counts a silent guest for early drop only, until the guest leaves', () => {
    const maxUnauthenticated = { start: 1, rate: 0, full: 1 };
    const nodes = capacity({ maxSessions: 9, reserve: 0, maxUnauthenticated });
    const node = nodes.takeNode(false);
    nodes.loggedInAsGuest(connection);
    expect([nodes.hasRoom(false), nodes.countForEarlyDrop()]).toEqual([true, 1]);
    nodes.freeNode(node, connection);
    expect(nodes.countForEarlyDrop()).toBe(0);
  });
});
