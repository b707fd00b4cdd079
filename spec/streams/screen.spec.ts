import { NEVER } from 'rxjs';
import { Screen } from '../../streams/screen.js';
import type { Encoding } from '../../streams/types.js';
import { type FakeConnectionOptions, fakeConnection } from '../support/fake-connection.js';

/** A screen, what is written to it, and how often its caller hung up. */
function screenOf(options: FakeConnectionOptions = {}) {
  const connection = fakeConnection(NEVER, options);
  const made: Encoding[] = [];
  let hangUps = 0;
  const screen = new Screen(
    connection,
    {
      decoder(encoding) {
        made.push(encoding);
        let held = '';
        return (bytes) => {
          held += Buffer.from(bytes).toString('latin1');
          return `${encoding}:${held}`;
        };
      },
      width: (text) => text.length,
    },
    (text) => connection.write(text),
    () => {
      hangUps += 1;
    },
  );
  return { screen, connection, made, hangUps: () => hangUps };
}

const bytes = Uint8Array.of(97);

describe('Screen', () => {
  describe('decoding', () => {
    it('makes a decoder at the first chunk, and keeps it', () => {
      const { screen, made } = screenOf();
      expect(made).toEqual([]);
      expect(screen.decode(bytes)).toBe('utf-8:a');
      expect(screen.decode(bytes)).toBe('utf-8:aa');
      expect(made).toEqual(['utf-8']);
    });

    it("follows the terminal's encoding", () => {
      const { screen, connection } = screenOf();
      screen.decode(bytes);
      connection.setEncoding('cp437');
      expect(screen.decode(bytes)).toBe('cp437:a');
    });
  });

  it('echoes what the client leaves to us', () => {
    expect(screenOf({ echo: true }).screen.echoes()).toBe(true);
    expect(screenOf({ echo: false }).screen.echoes()).toBe(false);
  });

  it('has a secret as long as one of those who hid it did not show it again', () => {
    const { screen } = screenOf();
    expect(screen.secret()).toBe(false);
    screen.hide(true);
    screen.hide(true);
    screen.hide(false);
    expect(screen.secret()).toBe(true);
    screen.hide(false);
    expect(screen.secret()).toBe(false);
  });

  it('hangs up', () => {
    const { screen, hangUps } = screenOf();
    screen.hangUp();
    expect(hangUps()).toBe(1);
  });

  describe('the prompt', () => {
    it('is what the app wrote behind its last newline, in one piece or several', () => {
      const { screen } = screenOf();
      screen.wrote('Hello\nHan');
      screen.wrote('dle: ');
      expect(screen.freshPrompt('line')).toBe('\nHandle: ');
      screen.wrote('ann\n');
      expect(screen.freshPrompt('line')).toBe('\n');
    });

    it('is gone when the caller enters a line', () => {
      const { screen, connection } = screenOf();
      screen.wrote('> ');
      screen.show('x');
      expect(screen.freshPrompt('line')).toBe('\n> ');
      screen.show('y\n');
      expect(screen.freshPrompt('line')).toBe('\n');
      expect(connection.screen).toBe('xy\n');
    });

    it('is found in the middle of a chunk, whatever was written in it', () => {
      const { screen } = screenOf();
      screen.reading(true);
      for (let line = 0; line < 1000; line += 1) screen.wrote(`line ${line}\n> `);
      expect(screen.freshPrompt('line')).toBe('\n> ');
      screen.wrote('more\n? ');
      screen.reading(false);
      expect(screen.freshPrompt('line')).toBe('\n? ');
    });

    it('is 256 characters at most', () => {
      const { screen } = screenOf();
      screen.wrote('x'.repeat(10_000));
      expect(screen.freshPrompt('line').length).toBe(257);
    });

    it('has nothing to do with bytes', () => {
      const { screen } = screenOf();
      screen.wrote('> ');
      screen.wrote(Uint8Array.of(10, 65));
      expect(screen.freshPrompt('line')).toBe('\n> ');
    });

    it('comes on a clear page, on a terminal that is known to have one', () => {
      for (const type of ['XTERM-256COLOR', 'syncterm']) {
        const { screen } = screenOf({ type });
        screen.wrote('> ');
        expect(screen.freshPrompt('page')).toBe('\x1b[2J\x1b[H> ');
        expect(screen.freshPrompt('line')).toBe('\n> ');
      }
      for (const type of ['dumb', 'UNKNOWN', 'network', 'teletype-33']) {
        const { screen } = screenOf({ type });
        expect(screen.freshPrompt('page')).toBe('\n');
      }
      expect(screenOf().screen.freshPrompt('page')).toBe('\n');
    });
  });
});
