import { call } from '../support/caller.js';
import { OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Hostile input. The first three crash a process that uses bare telnetlib. */
const HOSTILE: Record<string, Uint8Array> = {
  'a window size without its size': bytes('FF FA 1F FF F0'),
  'a GMCP message without a dot in its name': bytes('FF FA C9 78 FF F0'),
  'a GMCP message with broken JSON': bytes('FF FA C9 61 2E 62 20 7B FF F0'),
  '5,000 bytes without a newline': Buffer.alloc(5000, 'x'),
  'an unfinished subnegotiation': Buffer.concat([bytes('FF FA 1F'), Buffer.alloc(100_000, 'x')]),
  'every byte there is': Buffer.from(Array.from({ length: 256 }, (_, index) => 255 - index)),
};

describe('impulse serve with hostile callers', () => {
  afterEach(stopAll);

  for (const [name, input] of Object.entries(HOSTILE)) {
    it(`survives ${name}, and other callers notice nothing`, async () => {
      const board = await startBoard(OPEN_DOOR);
      const neighbour = await call(board.port);
      await neighbour.hears('Handle: ');
      const stranger = await call(board.port);
      await stranger.hears('Handle: ');

      stranger.says(input);
      stranger.says('\r\n\r\n');
      stranger.socket.end();
      await stranger.gone;
      await board.logs('sessionClosed', ({ session }) => session === 2);

      neighbour.says('ann\r\n/quit\r\n');
      expect(await neighbour.gone).toMatch(/Welcome, ann!.*Goodbye, and call again!/s);
      board.child.kill('SIGTERM');
      expect((await board.end).code).toBe(0);
    });
  }

  it('disconnects a caller who never stops negotiating', async () => {
    const board = await startBoard(OPEN_DOOR);
    const stranger = await call(board.port);
    await stranger.hears('Handle: ');

    stranger.says(Buffer.from(Array.from({ length: 1000 }, () => [255, 253, 99]).flat()));
    await stranger.gone;

    expect((await board.logs('sessionClosed')).reason).toBe('protocol');
  });
});
