import { fromEvent, interval, takeUntil } from 'rxjs';
import { type Caller, call, logIn } from '../support/caller.js';
import { startBoard, stopAll } from '../support/cli.js';

/** Telnet's no-operation command (RFC 854). */
const NOP = Uint8Array.of(255, 241);

/** Repeats an action until the connection is closed. */
function every(periodMs: number, caller: Caller, act: () => void): void {
  interval(periodMs)
    .pipe(takeUntil(fromEvent(caller.socket, 'close')))
    .subscribe(act);
}

describe('impulse serve with timeouts', () => {
  afterEach(stopAll);

  it('warns an idle caller, then ends the session', async () => {
    const board = await startBoard(['--idle-timeout', '1s', '--idle-warning', '500ms']);
    const caller = await logIn(board.port, 'ann');

    expect(await caller.gone).toMatch(
      /Still there\? Press Enter.*You were quiet for too long\. Goodbye!\r\n$/s,
    );

    expect((await board.logs('sessionWarned')).reason).toBe('idle');
    const closed = await board.logs('sessionClosed');
    expect(closed.reason).toBe('idle');
    expect(Number(closed.durationMs)).toBeGreaterThanOrEqual(1000);
  });

  it("doesn't count the NOPs of a client as typing", async () => {
    const board = await startBoard(['--idle-timeout', '1s']);
    const caller = await logIn(board.port, 'ann');
    every(100, caller, () => caller.says(NOP));

    await caller.gone;

    expect((await board.logs('sessionClosed')).reason).toBe('idle');
  });

  it('keeps a caller who types', async () => {
    const board = await startBoard(['--idle-timeout', '1s']);
    const caller = await logIn(board.port, 'ann');
    const sleeper = await logIn(board.port, 'bob');
    every(100, caller, () => caller.says('\r\n'));

    await sleeper.gone;
    caller.says('/quit\r\n');

    expect(await caller.gone).toContain('Goodbye, and call again!');
    expect((await board.logs('sessionClosed', ({ session }) => session === 1)).reason).toBe('app-done');
  });

  it('ends a login that takes too long, however much the caller types', async () => {
    const board = await startBoard(['--login-timeout', '1s']);
    const caller = await call(board.port);
    await caller.hears('Handle: ');
    every(100, caller, () => caller.says('x'));

    expect(await caller.gone).toContain('That took too long. Please call again.');

    const closed = await board.logs('sessionClosed');
    expect(closed.reason).toBe('login-timeout');
    expect(Number(closed.durationMs)).toBeGreaterThanOrEqual(1000);
  });

  it('ends a session at the time limit, after a warning', async () => {
    const board = await startBoard(['--session-limit', '1s', '--idle-warning', '500ms']);
    const caller = await logIn(board.port, 'ann');
    every(100, caller, () => caller.says('\r\n'));

    expect(await caller.gone).toMatch(
      /You have 1 second left on line\..*Your time on line is up\. Goodbye!/s,
    );

    expect((await board.logs('sessionClosed')).reason).toBe('time-limit');
  });
});
