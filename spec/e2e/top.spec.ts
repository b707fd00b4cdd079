import { logIn } from '../support/caller.js';
import { type BoardProcess, IMPULSE, startBoard, stopAll } from '../support/cli.js';
import { inTmux, leaveAll, type Person, works } from '../support/pty.js';

describe('impulse top', () => {
  let board: BoardProcess;
  beforeEach(async () => {
    board = await startBoard();
    await board.logs('controlOpened');
  });
  afterEach(async () => {
    stopAll();
    await leaveAll();
  });

  /** Runs `impulse top` in a shell that prints its exit code. Undefined without tmux. */
  function watches(port = board.port): Person | undefined {
    if (!works('command -v tmux')) return void pending('not installed (Debian: tmux)');
    const top = `${process.execPath} ${IMPULSE} top --port ${port}`;
    return inTmux(`sh -c 'echo was here before; ${top}; echo ended with $?; stty -a; read stay'`);
  }

  it('lists the callers, fits the window, and restores the screen at q', async () => {
    const ann = await logIn(board.port, 'ann');
    const person = watches();
    if (!person) return;

    const screen = await person.sees('ann  ');
    expect(screen).toMatch(/^ Impulse {2}open, up .* {2}q quits$/m);
    expect(screen).toMatch(/^ {3}1 {2}ann {5}127\.0\.0\.1 .* active {2}lobby$/m);
    expect(screen).not.toContain('was here before');
    await person.sees('▁▁');

    // Tall enough for the shell's output afterwards.
    person.resizes(40, 26);
    await person.sees('Node  Handle  Address    Idle  Where');
    const bob = await logIn(board.port, 'bob');
    await person.sees('2  bob');

    person.types('q');
    const after = await person.sees('ended with 0');
    expect(after).toContain('was here before');
    expect(after).not.toContain('q quits');
    expect(await person.sees(' echo ')).toContain(' icanon ');
    for (const caller of [ann, bob]) caller.hangUp();
  });

  it('quits at Ctrl-C', async () => {
    const person = watches();
    if (!person) return;
    await person.sees('q quits');
    person.types('\x03');
    expect(await person.sees('ended with 0')).toContain('was here before');
  });

  it('ends with a message when the board closes', async () => {
    const person = watches();
    if (!person) return;
    await person.sees('q quits');
    board.child.kill('SIGTERM');
    expect(await person.sees('ended with 0')).toMatch(/was here before\nThe board is closed\.\nended with 0/);
  });

  it('leaves the screen as it is when no board is there, and says so', async () => {
    const person = watches(1);
    if (!person) return;
    expect(await person.sees('ended with 1')).toMatch(/was here before\nimpulse: no board listens at /);
    expect(await person.sees(' echo ')).toContain(' icanon ');
  });
});
