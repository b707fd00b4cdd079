import { spawnSync } from 'node:child_process';
import { call } from '../support/caller.js';
import { type BoardProcess, IMPULSE, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';
import { inTmux, leaveAll, type Person, works } from '../support/pty.js';

const lacking = ['telnet', 'tmux'].filter((program) => !works(`command -v ${program}`));

/** Returns the rows of a screen, beginning with these words. */
const rowsFrom = (screen: string, words: string) => screen.slice(screen.indexOf(words)).trimEnd().split('\n');

describe('the lobby, by telnet,', () => {
  let board: BoardProcess;
  beforeEach(async () => {
    board = await startBoard(OPEN_DOOR);
  });
  afterEach(async () => {
    await leaveAll();
    stopAll();
  });

  /** Connects by telnet, and logs in. */
  async function comes(handle: string): Promise<Person> {
    const person = inTmux(`telnet 127.0.0.1 ${board.port}`);
    await person.sees('Handle:');
    person.types(`${handle}\r`);
    await person.sees('lobby>');
    return person;
  }

  it('lets two telnet callers talk while the other types, page each other, and leave', async () => {
    if (lacking.length > 0) return pending(`not installed (Debian: ${lacking.join(', ')})`);
    const ann = await comes('ann');
    const bob = await comes('bob');
    await ann.sees('bob came in.');

    ann.types('half a li');
    await ann.sees('lobby> half a li');
    bob.types('hello ann!\r');
    await ann.sees('bob: hello ann!\nlobby> half a li');
    ann.types('ne\r');
    await bob.sees('ann: half a line');

    bob.types('/page a\thow are you?\r');
    await ann.sees('-> bob pages you: how are you?');
    await bob.sees('Sent to ann.');
    bob.types('/who\r');
    const who = await bob.sees('  bob  ');
    expect(who).toMatch(/\n {3}1 {2}ann +127\.0\.0\.\* .* lobby\n {3}2 {2}bob +127\.0\.0\.\* .* lobby\n/);

    ann.resizes(40, 20);
    await ann.sees('lobby>');
    await board.logs('sessionAuthenticated', ({ handle }) => handle === 'bob');
    bob.types('/quit\r');
    await bob.left;
    const last = await ann.sees('bob left.');
    expect(rowsFrom(last, 'bob left.')).toEqual(['bob left.', 'lobby>']);

    board.child.kill('SIGTERM');
    await ann.sees('*** The board goes');
    ann.types('/quit\r');
    await ann.left;
    expect((await board.end).code).toBe(0);
  });

  it('works with nc and with our own client', async () => {
    const neighbour = await call(board.port);
    await neighbour.hears('Handle: ');
    neighbour.says('neighbour\r\n');
    await neighbour.hears('lobby> ');
    const client = inTmux(`${process.execPath} ${IMPULSE} call 127.0.0.1:${board.port}`);
    await client.sees('Handle:');
    client.types('caller\r');
    await neighbour.hears('caller came in.');
    neighbour.says('hello\r\n');
    await client.sees('neighbour: hello\nlobby>');

    const piped = spawnSync('nc', ['-N', '127.0.0.1', `${board.port}`], {
      input: 'piper\n/me whistles\n/quit\n',
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(piped.stdout).toContain('Goodbye, and call again!');
    await client.sees('* piper whistles');
    await client.sees('piper left.');
  });
});
