import { NEVER } from 'rxjs';
import { type FakeConnectionOptions, fakeConnection } from '../../../lib/testing/fake-connection.js';
import { Screen } from '../../../streams/terminal/screen.js';

/** A screen, its output, and the number of hang-ups. */
function screenOf(options: FakeConnectionOptions = {}, isRead = () => true) {
  const connection = fakeConnection(NEVER, options);
  let hangUps = 0;
  let measured = 0;
  const screen = new Screen(
    connection,
    {
      decoded: (text, encoding) => `${encoding}: ${Buffer.from(text)}`,
      encoded: (text, encoding) => Buffer.from(`${encoding}: ${text}`),
      width: (text) => {
        measured += text.length;
        return text.length;
      },
      maxWidth: (text) => 2 * text.length,
    },
    {
      send: (text) => connection.write(text),
      echo: (text) => connection.echo(text),
      batch: (act) => act(),
      hangUp: () => {
        hangUps += 1;
      },
      get isRead() {
        return isRead();
      },
    },
  );
  /** Returns what is sent to draw the prompt again. */
  const drawn = (on: 'line' | 'page') => {
    const before = connection.screen.length;
    screen.drawPrompt(on);
    return connection.screen.slice(before);
  };
  return { screen, connection, drawn, hangUps: () => hangUps, measured: () => measured };
}

const bytes = Uint8Array.of(97);
const cut = Uint8Array.of(97, 0xc3);

describe('Screen', () => {
  describe('decoding', () => {
    it("follows the terminal's encoding, both ways", () => {
      const { screen, connection } = screenOf();
      expect(screen.decode(bytes)).toBe('utf-8: a');
      connection.setEncoding('cp437');
      expect(screen.decode(bytes)).toBe('cp437: a');
      expect(Buffer.from(screen.encode('a')).toString()).toBe('cp437: a');
    });

    it('knows where the last whole character of UTF-8 ends', () => {
      const { screen, connection } = screenOf();
      expect(screen.wholeCharacters(cut)).toBe(1);
      connection.setEncoding('cp437');
      expect(screen.wholeCharacters(cut)).toBe(2);
    });
  });

  it('echoes as negotiated', () => {
    expect(screenOf({ echo: true }).screen.echoes()).toBe(true);
    expect(screenOf({ echo: false }).screen.echoes()).toBe(false);
  });

  it('is as wide as the window', () => {
    expect(screenOf({ terminal: { columns: 40 } }).screen.columns).toBe(40);
  });

  it('is secret until each hide is matched by a show', () => {
    const { screen } = screenOf();
    expect(screen.secret()).toBe(false);
    screen.hideInput();
    screen.hideInput();
    screen.showInput();
    expect(screen.secret()).toBe(true);
    screen.showInput();
    expect(screen.secret()).toBe(false);
  });

  it('makes a client that echoes locally hide input, from the first of several secrets to the last', () => {
    const { screen, connection } = screenOf();
    screen.hideInput();
    screen.hideInput();
    expect(connection.calls).toEqual(['hideTyping']);
    screen.showInput();
    expect(connection.calls).toEqual(['hideTyping']);
    screen.showInput();
    expect(connection.calls).toEqual(['hideTyping', 'showTyping']);
  });

  for (const typed of ['', 'half'])
    it(`sends a notice as a prompt, and ${typed || 'nothing'} typed after it`, () => {
      const { screen, connection } = screenOf({ echo: true });
      screen.wrote('> ');
      const nothing = () => {};
      const shown = { before: typed, after: '' };
      screen.typing = { shown, refresh: () => shown, disturbed: nothing, discard: nothing, forget: nothing };
      const [write, echo] = [spyOn(connection, 'write'), spyOn(connection, 'echo')];

      screen.notify('bob came in.');

      expect(write.calls.allArgs().join()).toMatch(/bob came in\.\n> $/);
      expect(echo.calls.allArgs()).toEqual(typed === '' ? [] : [['half']]);
    });

  it('knows whether DEL is Delete', () => {
    expect(screenOf({ type: 'syncterm' }).screen.hasPcKeys()).toBe(true);
    expect(screenOf({ type: 'xterm' }).screen.hasPcKeys()).toBe(false);
  });

  it('is secret while covered and unread', () => {
    let isRead = false;
    const { screen } = screenOf({}, () => isRead);
    expect(screen.secret()).toBe(false);
    screen.cover();
    expect(screen.secret()).toBe(true);
    isRead = true;
    expect(screen.secret()).toBe(false);
    isRead = false;
    screen.uncover();
    expect(screen.secret()).toBe(false);
  });

  it('is secret again from a secret until the next question', () => {
    const { screen } = screenOf({}, () => false);
    screen.hideInput();
    screen.uncover();
    screen.showInput();
    expect(screen.secret()).toBe(true);
    screen.uncover();
    expect(screen.secret()).toBe(false);
  });

  describe('notices above a half-typed line', () => {
    /** A window with this half-typed line, and the cursor at its start. */
    function halfTyped(line: string) {
      const own = screenOf({ echo: true, type: 'xterm' });
      let shown = { before: '', after: line };
      own.screen.typing = {
        get shown() {
          return shown;
        },
        refresh: () => shown,
        disturbed() {},
        discard() {},
        forget() {},
      };
      const type = (after: string) => {
        shown = { before: '', after };
      };
      return { ...own, type };
    }

    it('measure the line once, however many there are', () => {
      const { screen, measured } = halfTyped('\u00e9'.repeat(500));
      screen.wrote('> ');
      screen.notify('hi');
      const once = measured();
      expect(once).toBeLessThanOrEqual(2000);
      for (let count = 0; count < 100; count += 1) screen.notify('hi');
      expect(measured()).toBe(once);
    });

    it('measure the line again when it, the prompt or the window has changed', () => {
      const { screen, connection, type } = halfTyped('\u00e9\u00e9\u00e9');
      screen.wrote('> ');
      const last = () => {
        const before = connection.screen.length;
        screen.notify('hi');
        return connection.screen.slice(before);
      };
      expect(last()).toBe('\r\x1b[Jhi\n> \u00e9\u00e9\u00e9\b\b\b');
      type('\u00e9');
      expect(last()).toBe('\r\x1b[Jhi\n> \u00e9\b');
      screen.wrote('\nwhat? ');
      expect(last()).toBe('\r\x1b[Jhi\nwhat? \u00e9\b');
      connection.setEncoding('cp437');
      type('');
      expect(last()).toBe('\r\x1b[Jhi\nwhat? ');
    });
  });

  it('hangs up', () => {
    const { screen, hangUps } = screenOf();
    screen.hangUp();
    expect(hangUps()).toBe(1);
  });

  describe('the line being typed', () => {
    function typing() {
      const told: string[] = [];
      const { screen } = screenOf();
      screen.typing = {
        shown: { before: '', after: '' },
        refresh: () => ({ before: '', after: '' }),
        disturbed: () => told.push('disturbed'),
        discard: () => told.push('discarded'),
        forget: (line) => told.push(`forgot ${line}`),
      };
      return { screen, told };
    }

    it('is disturbed by output, unless the output answers it', () => {
      const { screen, told } = typing();
      screen.beginRead();
      screen.wrote('an answer');
      screen.endRead();
      expect(told).toEqual([]);
      screen.wrote('bob came in');
      expect(told).toEqual(['disturbed']);
    });

    it('is discarded when its secret is no longer awaited', () => {
      const { screen, told } = typing();
      screen.hideInput();
      expect(told).toEqual([]);
      screen.showInput();
      expect(told).toEqual(['discarded']);
    });
  });

  describe('the prompt', () => {
    it("is the app's output after its last newline, in one piece or several", () => {
      const { screen, drawn } = screenOf();
      screen.wrote('Hello\nHan');
      screen.wrote('dle: ');
      expect(drawn('line')).toBe('\nHandle: ');
      screen.wrote('ann\n');
      expect(drawn('line')).toBe('\n');
    });

    it('is gone when a line was entered, echoed or not', () => {
      const { screen, connection, drawn } = screenOf();
      screen.wrote('> ');
      screen.show('x');
      expect(drawn('line')).toBe('\n> ');
      screen.entered();
      expect(drawn('line')).toBe('\n');
      expect(connection.screen).toBe('x\n> \n');
    });

    it('is whole when it was written in pieces, even after a long text', () => {
      const { screen, drawn } = screenOf();
      screen.beginRead();
      screen.wrote(`${'x'.repeat(5000)}\nYour name`);
      screen.wrote(': ');
      screen.endRead();
      expect(drawn('line')).toBe('\nYour name: ');
    });

    it('is found within a chunk, whatever was written in it', () => {
      const { screen, drawn } = screenOf();
      screen.beginRead();
      for (let line = 0; line < 1000; line += 1) screen.wrote(`line ${line}\n> `);
      expect(drawn('line')).toBe('\n> ');
      screen.wrote('more\n? ');
      screen.endRead();
      expect(drawn('line')).toBe('\n? ');
    });

    it('stands within a chunk already, and is redrawn below notices', () => {
      const { screen, connection } = screenOf();
      screen.beginRead();
      screen.wrote('welcome\n> ');
      expect(screen.stands('> ')).toBe(true);
      screen.wrote('well\nwhat? ');
      screen.notify('bob came in.');
      expect(connection.screen).toMatch(/bob came in\.\nwhat\? $/);
      expect(connection.screen).not.toContain('well');
    });

    it('is at most 256 characters long', () => {
      const { screen, drawn } = screenOf();
      screen.wrote('x'.repeat(10_000));
      expect(drawn('line').length).toBe(257);
    });

    it('is empty after bytes', () => {
      const { screen, drawn } = screenOf();
      screen.wrote('> ');
      screen.wrote(Uint8Array.of(10, 65));
      expect(drawn('line')).toBe('\n');
    });

    it('is on a cleared screen, if the terminal can clear', () => {
      for (const type of ['XTERM-256COLOR', 'syncterm']) {
        const { screen, drawn } = screenOf({ type });
        screen.wrote('> ');
        expect(drawn('page')).toBe('\x1b[2J\x1b[H> ');
        expect(drawn('line')).toBe('\n> ');
      }
      for (const type of ['dumb', 'UNKNOWN', 'network', 'teletype-33']) {
        const { drawn } = screenOf({ type });
        expect(drawn('page')).toBe('\n');
      }
      expect(screenOf().drawn('page')).toBe('\n');
    });
  });
});
