import { once } from 'node:events';
import net from 'node:net';
import { MAX_TIMER_MS } from '../../../lib/process/monotonic.js';
import { watchdog } from '../../../lib/process/watchdog.js';

/** The actions of a watchdog, in order. */
function witness() {
  const did: string[] = [];
  return {
    did,
    report: (line: string) => void did.push(line),
    exit: (code: number) => void did.push(`exit ${code}`),
  };
}

describe('watchdog', () => {
  describe('in virtual time', () => {
    beforeEach(() => {
      jasmine.clock().install();
    });

    afterEach(() => {
      jasmine.clock().uninstall();
    });

    it('reports what keeps the process alive, then exits with 1, once', () => {
      spyOn(process, 'getActiveResourcesInfo').and.returnValue([
        'TCPSocketWrap',
        'Timeout',
        'TCPSocketWrap',
        'TCPSocketWrap',
      ]);
      const actions = witness();
      watchdog(12_000, actions);
      jasmine.clock().tick(11_999);
      expect(actions.did).toEqual([]);
      jasmine.clock().tick(1);
      expect(actions.did).toEqual([
        'still running after 12000 ms, kept alive by 3 × TCPSocketWrap, 1 × Timeout',
        'exit 1',
      ]);
      jasmine.clock().tick(60_000);
      expect(actions.did.length).toBe(2);
    });

    it('exits also if Node reports no handle', () => {
      spyOn(process, 'getActiveResourcesInfo').and.returnValue([]);
      const actions = witness();
      watchdog(10, actions);
      jasmine.clock().tick(10);
      expect(actions.did).toEqual([
        'still running after 10 ms, kept alive by no handle that Node reports',
        'exit 1',
      ]);
    });

    it('does nothing after it is cancelled', () => {
      const actions = witness();
      const callOff = watchdog(12_000, actions);
      jasmine.clock().tick(11_999);
      callOff();
      jasmine.clock().tick(60_000);
      expect(actions.did).toEqual([]);
    });
  });

  it('names a listener that was left open', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const actions = witness();
    jasmine.clock().withMock(() => {
      watchdog(10, actions);
      jasmine.clock().tick(10);
    });
    server.close();
    await once(server, 'close');
    expect(actions.did[0]).toMatch(/ kept alive by .*\d+ × TCPServerWrap/);
  });

  it("doesn't keep the process alive itself", () => {
    const setTimer = spyOn(globalThis, 'setTimeout').and.callThrough();
    const callOff = watchdog(60_000, witness());
    const timer: unknown = setTimer.calls.mostRecent().returnValue;
    callOff();
    expect((timer as NodeJS.Timeout).hasRef()).toBeFalse();
  });

  it("works with a delay longer than Node's timers allow", () => {
    jasmine.clock().withMock(() => {
      const actions = witness();
      watchdog(MAX_TIMER_MS + 2000, actions);
      jasmine.clock().tick(MAX_TIMER_MS + 1999);
      expect(actions.did).toEqual([]);
      jasmine.clock().tick(1);
      expect(actions.did.at(-1)).toBe('exit 1');
    });
  });

  it('can be cancelled after the first of several timers', () => {
    jasmine.clock().withMock(() => {
      const actions = witness();
      const callOff = watchdog(MAX_TIMER_MS + 2000, actions);
      jasmine.clock().tick(MAX_TIMER_MS + 1000);
      callOff();
      jasmine.clock().tick(60_000);
      expect(actions.did).toEqual([]);
    });
  });
});
