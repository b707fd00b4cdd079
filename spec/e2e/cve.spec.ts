import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Caller, call, logIn, PATIENCE_MS } from '../support/caller.js';
import { type BoardProcess, ended, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');

const VERBS: Record<string, string> = { '\xfb': 'WILL', '\xfc': 'WONT', '\xfd': 'DO', '\xfe': 'DONT' };

/** Returns the option commands that the caller received, in order; for one option, if given. */
function said(heard: string, option?: number): string[] {
  return [...heard.matchAll(/\xff([\xfb-\xfe])([\s\S])/g)]
    .map(([, verb = '', code = '']) => ({ verb: VERBS[verb], code: code.charCodeAt(0) }))
    .filter(({ code }) => option === undefined || code === option)
    .map(({ verb, code }) => `${verb} ${code}`);
}

const PERL = '/usr/bin/perl';

/**
 * Calls the port, sends a Synch within a subnegotiation, with its DM as urgent data, which Node can't send; then
 * logs in. Node can't read urgent data either: its IAC goes with the byte that comes next, here a NUL.
 */
const SYNCH = `
  use Socket qw(MSG_OOB);
  use IO::Socket::INET;
  my $line = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift) or die;
  sub hears { while ($heard !~ /$_[0]/) { sysread($line, $heard, 4096, length $heard) or die "gone after $heard" } }
  hears('Handle: ');
  send($line, "\\xff\\xf5\\xff\\xfa\\x18\\x00" . "x" x 5000 . "\\xff", 0);
  send($line, "\\xf2", MSG_OOB);
  send($line, "\\0\\r\\n", 0);
  hears('Please use');
  send($line, "bob\\r\\n/quit\\r\\n", 0);
  hears('Goodbye');
  print $heard;
`;

describe('impulse serve and the CVEs of other telnet servers', () => {
  let board: BoardProcess;
  let neighbour: Caller;
  let heardBefore: string;
  beforeEach(async () => {
    board = await startBoard(OPEN_DOOR);
    neighbour = await logIn(board.port, 'ann');
    await neighbour.hears('> ');
    heardBefore = neighbour.heard;
  });
  afterEach(stopAll);

  /** Expects that the stranger can log in, that the neighbour received nothing, and that the board shuts down cleanly. */
  async function allIsWell(stranger: Caller): Promise<void> {
    stranger.says('\r\n');
    await stranger.hears('Please use');
    expect(neighbour.heard).toBe(heardBefore);

    neighbour.says('/who\r\n');
    expect(await neighbour.hears('(logging in)')).toContain('ann');
    stranger.says('bob\r\n');
    await stranger.hears('Welcome, bob!');
    for (const caller of [stranger, neighbour]) {
      caller.says('/quit\r\n');
      expect(await caller.gone).toContain('Goodbye');
    }
    await goesDown();
  }
  async function goesDown(): Promise<void> {
    board.child.kill('SIGTERM');
    expect((await board.end).code).toBe(0);
    expect(board.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(
      board.log.filter(({ event }) => event === 'sessionAuthenticated').map(({ handle }) => handle),
    ).toEqual(['ann', 'bob']);
  }

  for (const [name, input] of Object.entries({
    'erase character (FF F7)': bytes('FF F7'),
    'erase line (FF F8)': bytes('FF F8'),
    'both, many times': Buffer.alloc(4000, bytes('FF F7 FF F8')),
  })) {
    it(`CVE-2022-39028: ${name} erases nothing before any input`, async () => {
      const stranger = await call(board.port);
      stranger.says(input);

      await allIsWell(stranger);

      expect(said(stranger.heard)).toEqual(said(heardBefore));
    });
  }

  describe('CVE-2020-10188: a Synch, and endless subnegotiations', () => {
    const [AO, DM] = [bytes('FF F5'), bytes('FF F2')];
    const unfinished = Buffer.concat([bytes('FF FA 18 00'), Buffer.alloc(5000, 'x')]);

    it('are skipped, and the caller can continue', async () => {
      const stranger = await call(board.port);
      for (let round = 0; round < 50; round += 1) stranger.says(Buffer.concat([AO, unfinished, DM]));
      stranger.says(unfinished);
      stranger.says(bytes('FF F0'));

      await allIsWell(stranger);

      expect(said(stranger.heard)).toEqual(said(heardBefore));
    });

    it("don't affect the next caller when this one hangs up halfway", async () => {
      const stranger = await call(board.port);
      await stranger.hears('Handle: ');
      stranger.socket.end(Buffer.concat([AO, DM, unfinished]));
      await stranger.gone;
      expect((await board.logs('sessionClosed')).reason).toBe('hangup');

      await allIsWell(await call(board.port));
    });

    it('are skipped also when the mark is urgent data', async () => {
      if (!existsSync(PERL)) pending('perl, which can send urgent data (Debian: perl-base)');
      const child = spawn(PERL, ['-e', SYNCH, `${board.port}`], { timeout: PATIENCE_MS });
      child.stdout.setEncoding('latin1');
      const perl = await ended(child);

      expect(perl.stderr).toBe('');
      expect(perl.stdout).toContain('Welcome, bob!');
      expect(said(perl.stdout)).toEqual(said(heardBefore));
      expect(neighbour.heard.slice(heardBefore.length).replace(/[\r\n]|lobby> /g, '')).toBe(
        'bob came in.bob left.',
      );
      neighbour.says('/quit\r\n');
      await neighbour.gone;
      await goesDown();
    });
  });

  for (const [name, option] of Object.entries({ 'NEW-ENVIRON': 39, 'the old ENVIRON': 36 })) {
    it(`CVE-2026-24061: a USER of "-f root" in ${name} is declined, and logs in no user`, async () => {
      const stranger = await call(board.port);
      stranger.says(Uint8Array.of(255, 251, option));
      for (const [variable, value] of [
        [0, 1],
        [3, 1],
        [1, 0],
      ] as const) {
        stranger.says(
          Buffer.concat([
            Uint8Array.of(255, 250, option, 0, variable),
            ascii('USER'),
            Uint8Array.of(value),
            ascii('-f root'),
            bytes('FF F0'),
          ]),
        );
      }
      await stranger.hears('Handle: ');

      await allIsWell(stranger);

      expect(said(stranger.heard, option)).toEqual([`DONT ${option}`]);
      expect(neighbour.heard).not.toContain('root');
    });
  }

  it('CVE-2026-32746: 10,000 LINEMODE characters in one subnegotiation are dropped', async () => {
    const triplets = Array.from({ length: 10_000 }, (_, index) => [index % 251, 2, 3]).flat();
    const stranger = await call(board.port);
    stranger.says(bytes('FF FB 22'));
    stranger.says(Buffer.concat([bytes('FF FA 22 03'), Uint8Array.from(triplets), bytes('FF F0')]));

    await allIsWell(stranger);

    expect(said(stranger.heard, 34)).toEqual(['DONT 34']);
  });
});
