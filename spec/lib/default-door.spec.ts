import { EMPTY, NEVER, type Observable, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { createSessionManager, type SessionManagerOptions } from '../../lib/session-manager.js';
import { type FakeConnection, fakeConnection } from '../../lib/testing/fake-connection.js';
import type { Connection } from '../../streams/types/connection.js';
import type { ServerEvent } from '../../streams/types/events.js';

/** A board with the default limits, and a clock that the spec advances. */
function open(options: Partial<SessionManagerOptions> = {}) {
  const scheduler = new VirtualTimeScheduler();
  let now = 0;
  const advance = (ms: number) => {
    now += ms;
    scheduler.schedule(() => {}, now - scheduler.frame);
    scheduler.maxFrames = now;
    scheduler.flush();
  };
  const manager = createSessionManager({
    app: (session) => session.line$,
    scheduler,
    random: () => 0.99,
    ...options,
  });
  const connection$ = new Subject<Connection>();
  const events: ServerEvent[] = [];
  manager.run(connection$).subscribe((event) => events.push(event));
  /** Connects, and sends some input. Returns the connection, or null if it was refused. */
  const call = (address: string, input$: Observable<string> = NEVER): FakeConnection | null => {
    const line = fakeConnection(input$, { address });
    const before = events.length;
    connection$.next(line);
    return events.slice(before).some(({ type }) => type === 'connectionRefused') ? null : line;
  };
  const count = (type: ServerEvent['type']) => events.filter((event) => event.type === type).length;
  return { manager, events, call, count, advance };
}

describe('the default limits', () => {
  it('never block a monitor that connects each second, nor other callers at its address', () => {
    const { call, count, advance } = open();
    let people = 0;
    for (let second = 0; second < 600; second += 1) {
      call('192.0.2.1', EMPTY);
      if (second % 60 === 30 && call('192.0.2.1', of(`person${second}\r`))) people += 1;
      advance(1000);
    }
    expect(people).toBe(10);
    expect(count('connectionRefused')).toBe(0);
    expect(count('addressPenalised')).toBe(0);
  });

  it('never block a monitor while the board is full either', () => {
    const { call, count, advance } = open({ maxSessions: 1, waitingRoom: 0 });
    call('192.0.2.9', of('ann\r'));
    // Ann stays on line.
    call('192.0.2.8', NEVER);
    for (let second = 0; second < 300; second += 1) {
      call('192.0.2.1', EMPTY);
      advance(1000);
    }
    expect(count('addressPenalised')).toBe(0);
  });

  it('stop a flood of silent connections', () => {
    const { call, count, advance } = open();
    for (let tick = 0; tick < 200; tick += 1) {
      call('192.0.2.1', EMPTY);
      advance(100);
    }
    expect(count('addressPenalised')).toBe(1);
  });

  it('admit a caller who retries every two seconds once the penalty is over', () => {
    const { call, events, advance } = open();
    for (let attempt = 0; attempt < 18; attempt += 1) {
      call('192.0.2.1', of('x'));
      advance(10);
    }
    const [penalty] = events.filter((event) => event.type === 'addressPenalised');
    expect(penalty?.forMs).toBeGreaterThan(15_000);
    let triedMs = 0;
    for (; !call('192.0.2.1', NEVER); triedMs += 2000) {
      if (triedMs > 120_000) throw new Error('still kept out');
      advance(2000);
    }
    expect(triedMs).toBeLessThanOrEqual(18_000);
  });

  it('give one IPv6 /56 at most twenty nodes and queue positions, and one /48 at most eighty', () => {
    const { manager, call, advance } = open({
      maxUnauthenticated: null,
      loginTimeoutMs: null,
      idleTimeoutMs: null,
      penalties: false,
    });
    /** Makes five calls from each of this many /64 networks. Returns the number on line afterwards. */
    const crowd = (networks: number, prefixOf: (network: string) => string) => {
      for (let network = 0; network < networks; network += 1)
        for (let one = 1; one <= 5; one += 1) {
          call(`${prefixOf(network.toString(16).padStart(2, '0'))}::${one}`);
          advance(20_000);
        }
      return manager.sessions.size;
    };
    expect(crowd(26, (network) => `2001:db8:0:ab${network}`)).toBe(20);
    expect(crowd(40, (network) => `2001:db8:0:${network}00`)).toBe(80);
    expect(call('203.0.113.5')).not.toBeNull();
    expect(call('2001:db8:1::1')).not.toBeNull();
  });
});
