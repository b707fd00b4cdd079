import * as fc from 'fast-check';
import {
  concatMap,
  filter,
  from,
  map,
  type Observable,
  of,
  pairwise,
  Subject,
  scan,
  startWith,
  take,
  tap,
  throwError,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import stringWidth from 'string-width';
import type { UnfinishedLine } from '../../../streams/terminal/key-delivery.js';
import { type LineTerminal, lineDiscipline } from '../../../streams/terminal/line-discipline.js';
import { LINE_LIMIT, NOTHING_TYPED } from '../../../streams/terminal/line-editor.js';
import { wholeCharacters } from '../../../streams/terminal/whole-characters.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';
import { seen } from '../../support/model-screen.js';

/** Decodes chunk by chunk, as the line discipline is compared with. */
const utf8 = () => {
  const decoder = new TextDecoder();
  return (bytes: Uint8Array) => decoder.decode(bytes, { stream: true });
};
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** A terminal that shows nothing, silent unless `echo` is given. */
const terminal = (parts: Partial<LineTerminal> = {}): LineTerminal => ({
  wholeCharacters,
  decode: (bytes) => Buffer.from(bytes).toString(),
  encode: bytesOf,
  echoes: () => false,
  secret: () => false,
  hasPcKeys: () => false,
  show: () => {},
  notify: () => {},
  width: stringWidth,
  maxWidth: stringWidth,
  columns: 80,
  packet: 0,
  candidates: undefined,
  drawPrompt: (on) => parts.show?.(`<${on}>`),
  hangUp: () => {},
  beginRead: () => {},
  endRead: () => {},
  entered: () => {},
  typing: undefined,
  ...parts,
});

/** Never wants keys; drops the type-ahead at an interrupt. */
const noKeys = () => ({
  wantsKeys: false,
  wantsBytes: false,
  typing: undefined as UnfinishedLine | undefined,
  press: (_key: string) => {},
  pushBytes: (_bytes: Uint8Array) => {},
  interrupt: () => {},
});

/** The lines in these chunks. */
function linesIn(...chunks: (string | Uint8Array)[]): string[] {
  const entered: string[] = [];
  from(chunks)
    .pipe(
      map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk)),
      lineDiscipline(terminal(), noKeys()),
    )
    .subscribe((line) => entered.push(line));
  return entered;
}

/** The output while these chunks are typed. */
function echoOf(...chunks: string[]): string {
  let shown = '';
  const show = (text: string) => {
    shown += text;
  };
  from(chunks)
    .pipe(map(bytesOf), lineDiscipline(terminal({ echoes: () => true, show }), noKeys()))
    .subscribe();
  return shown;
}

const FAMILY = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';
const E_ACUTE = 'e\u0301';

describe('lineDiscipline', () => {
  const values = { a: bytesOf('one\r'), b: bytesOf('two\rthr'), c: bytesOf('ee\r'), x: bytesOf('no Enter') };

  it(
    'emits a line at Enter',
    marbles((m) => {
      const typed = m.cold('           -a-b-c-|', values);
      const expected = '               -1-2-3-|';
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys()))).toBeObservable(expected, {
        1: 'one',
        2: 'two',
        3: 'three',
      });
      m.expect(typed).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'emits every line of a chunk',
    marbles((m) => {
      const typed = m.cold('                            --a----|', { a: bytesOf('1\r2\r3\r') });
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys()))).toBeObservable('--(123)|', {
        1: '1',
        2: '2',
        3: '3',
      });
      m.expect(typed).toHaveSubscriptions('             ^------!');
    }),
  );

  it(
    'is silent without input',
    marbles((m) => {
      const typed = m.cold('                                -----');
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys())), '             ----!').toBeObservable(
        '-----',
      );
      m.expect(typed).toHaveSubscriptions('                 ^---!');
    }),
  );

  it(
    'completes with an empty source',
    marbles((m) => {
      const typed = m.cold('                            --|');
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys()))).toBeObservable('--|');
      m.expect(typed).toHaveSubscriptions('             ^-!');
    }),
  );

  it(
    'drops an unfinished line',
    marbles((m) => {
      const typed = m.cold('                            -x-|', values);
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys()))).toBeObservable('---|');
      m.expect(typed).toHaveSubscriptions('             ^--!');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const typed = m.cold('                            -a-#', values);
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys()))).toBeObservable('-1-#', { 1: 'one' });
      m.expect(typed).toHaveSubscriptions('             ^--!');
    }),
  );

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const typed = m.cold('                                -a-b-', values);
      m.expect(typed.pipe(lineDiscipline(terminal(), noKeys())), '             --!').toBeObservable('-1-', {
        1: 'one',
      });
      m.expect(typed).toHaveSubscriptions('                 ^-!');
    }),
  );

  it(
    'reads no further in a chunk after it was unsubscribed',
    marbles((m) => {
      let shown = '';
      const show = (text: string) => {
        shown += text;
      };
      const typed = m.cold('                   -a-', { a: bytesOf('1\r2\rrest') });
      const line$ = typed.pipe(lineDiscipline(terminal({ echoes: () => true, show }), noKeys()), take(1));
      m.expect(line$).toBeObservable('         -(1|)');
      m.expect(typed).toHaveSubscriptions('    ^!');
      m.flush();
      expect(shown).toBe('1\n');
    }),
  );

  describe('the end of a line', () => {
    for (const [name, enter] of [
      ['CR LF', '\r\n'],
      ['CR NUL', '\r\0'],
      ['LF', '\n'],
      ['CR', '\r'],
    ] as const) {
      it(`is ${name}`, () => {
        expect(linesIn(`one${enter}${enter}two${enter}`)).toEqual(['one', '', 'two']);
      });

      it(`is ${name}, however it is split`, () => {
        expect(linesIn(...`one${enter}${enter}two${enter}`)).toEqual(['one', '', 'two']);
      });
    }

    it('is a CR, before its LF or NUL has come', () => {
      const typed = new Subject<Uint8Array>();
      const entered: string[] = [];
      typed.pipe(lineDiscipline(terminal(), noKeys())).subscribe((line) => entered.push(line));
      typed.next(bytesOf('one\r'));
      expect(entered).toEqual(['one']);
      typed.next(bytesOf('\ntwo\r'));
      expect(entered).toEqual(['one', 'two']);
    });

    it('is an LF again after other input', () => {
      expect(linesIn('one\rtwo\n\n')).toEqual(['one', 'two', '']);
    });
  });

  it('finds the same lines however the bytes are split', () => {
    const pieces = [
      'a',
      ' ',
      'é',
      E_ACUTE,
      '漢',
      FAMILY,
      '\r\n',
      '\r\0',
      '\n',
      '\r',
      '\b',
      '\x7f',
      '\0',
      '\x07',
    ];
    const sequences = ['\x1b[Z', '\x1b[1;31m', '\x1b[200~'];
    const typed = fc.array(fc.constantFrom(...pieces, ...sequences), { maxLength: 40 });
    const cuts = fc.array(fc.nat(200), { maxLength: 12 });
    fc.assert(
      fc.property(typed, cuts, (parts, at) => {
        const bytes = Buffer.concat([bytesOf(parts.join('')), bytesOf('\r')]);
        const edges = [0, ...at.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((to, index) => bytes.subarray(edges[index], to));
        expect(linesIn(...chunks)).toEqual(linesIn(bytes));
      }),
    );
  });

  describe('backspace', () => {
    for (const [name, letter] of [
      ['a', 'a'],
      ['é', 'é'],
      ['é, of two characters', E_ACUTE],
      ['漢', '漢'],
      ['😀', '😀'],
      ['a family of four', FAMILY],
    ] as const) {
      it(`deletes ${name} at once`, () => {
        expect(linesIn(`x${letter}\by\r`)).toEqual(['xy']);
        expect(linesIn(`${letter}${letter}\x7f\r`)).toEqual([letter]);
      });
    }

    it('deletes nothing from an empty line', () => {
      expect(linesIn('a\b\b\bb\r')).toEqual(['b']);
      expect(linesIn('a\r\bb\r')).toEqual(['a', 'b']);
      expect(echoOf('\b')).toBe('');
    });

    it('examines only the end of the line, since a packet may hold 32,000 backspaces', () => {
      const segments = Object.getPrototypeOf(new Intl.Segmenter().segment(''));
      const walk = segments[Symbol.iterator];
      segments[Symbol.iterator] = () => {
        throw new Error('walked through the whole line');
      };
      try {
        expect(linesIn(`${'x'.repeat(LINE_LIMIT)}\b\r`)).toEqual(['x'.repeat(LINE_LIMIT - 1)]);
      } finally {
        segments[Symbol.iterator] = walk;
      }
    });
  });

  describe('controls and escape sequences', () => {
    for (const [name, sequence] of [
      ['NUL', '\0'],
      ['BEL', '\x07'],
      ['TAB', '\t'],
      ['C1 controls', '\x80\x85\x99'],
      ['an arrow', '\x1b[A'],
      ['an arrow with Alt, as some terminals send it', '\x1b\x1b[A'],
      ['a function key', '\x1bOP'],
      ['a colour', '\x1b[1;31m'],
      ['a restarted sequence', '\x1b[1;\x1b[31m'],
      ['a character set', '\x1b(B'],
      ['a window title', '\x1b]0;title\x07'],
      ['a window title with ESC \\', '\x1b]0;title\x1b\\'],
      ['a device control string', '\x1bP1$qm\x1b\\'],
      ['a key with Alt', '\x1bx'],
      ['a mouse report', '\x1b[M !!'],
      ['an SGR mouse report', '\x1b[<0;10;20M'],
      ['a key of the Linux console', '\x1b[[A'],
      ['a cursor position report', '\x1b[1;1R'],
      ['an 8-bit control sequence', '\x9b31m'],
    ] as const) {
      it(`drops ${name}`, () => {
        expect(linesIn(`on${sequence}e\r`)).toEqual(['one']);
        expect(echoOf(`on${sequence}e\r`)).toBe('one\n');
      });
    }

    it('drops an arrow wherever it is split, and a key with Alt if it comes whole', () => {
      expect(linesIn('on', '\x1b', '[', '1;5', 'D', 'e\r')).toEqual(['one']);
      // A lone ESC is the Escape key: what follows is typed.
      expect(linesIn('on\x1b', 'e\r')).toEqual(['one']);
    });

    for (const [name, sequence] of [
      ['an arrow', '\x1b[A'],
      ['an arrow with Ctrl', '\x1b[1;5D'],
      ['an 8-bit arrow', '\x9bA'],
      ['an 8-bit arrow in application mode', '\x8fA'],
      ['a key by its number', '\x1b[15~'],
      ['a key of the Linux console', '\x1b[[A'],
      ['a mouse report', '\x1b[M !!'],
      ['an SGR mouse report', '\x1b[<0;10;20m'],
      ['bracketed paste', '\x1b[200~\x1b[201~'],
      ['a focus report', '\x1b[I\x1b[O'],
      ['a cursor position report', '\x1b[1;1R'],
    ] as const) {
      it(`shows no letter of ${name}, wherever it is split, once or twice`, () => {
        const bytes = bytesOf(sequence);
        for (let first = 0; first <= bytes.length; first += 1) {
          for (let second = first; second <= bytes.length; second += 1) {
            const cut = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
            expect(linesIn('on', ...cut, 'e\r'))
              .withContext(`${first}, ${second}`)
              .toEqual(['one']);
          }
        }
      });
    }

    it('shows no letter of an arrow read by an app, split after its O', () => {
      expect(linesIn('on\x1bO', 'A', 'e\r')).toEqual(['one']);
      expect(linesIn('on', '\x1bO', 'Pe\r')).toEqual(['one']);
    });

    it('drops mouse reports in a wide window, whose columns are not valid UTF-8', () => {
      expect(linesIn('on', Uint8Array.of(0x1b, 0x5b, 0x4d, 0x20, 0xff, 0xfe), 'e\r')).toEqual(['one']);
    });

    it('keeps a bracketed paste without its brackets', () => {
      expect(linesIn('\x1b[200~pasted\x1b[201~\r')).toEqual(['pasted']);
    });

    it('continues at the next line after a sequence that never ends', () => {
      expect(linesIn('a\x1b]0;title\rb\r\x1b[\nc\r')).toEqual(['a', 'b', '', 'c']);
    });

    it('passes no control character into a line or onto the screen, for any bytes', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
          let shown = '';
          const entered: string[] = [];
          const show = (text: string) => {
            shown += text;
          };
          from(chunks)
            .pipe(lineDiscipline(terminal({ echoes: () => true, show }), noKeys()))
            .subscribe((line) => entered.push(line));
          expect(entered.join('')).toMatch(/^[^\x00-\x1f\x7f-\x9f]*$/u);
          expect(shown.replaceAll(/[\x07\x08\n]|<line>|<page>/g, '')).toMatch(/^[^\x00-\x1f\x7f-\x9f]*$/u);
        }),
      );
    });
  });

  describe('a line that is too long', () => {
    const full = 'x'.repeat(LINE_LIMIT);

    it('is cut if it comes in one chunk, with or without echo', () => {
      const long = 'x'.repeat(65_000);
      expect(linesIn(`${long}\r\nnext\r\n`)).toEqual([full, 'next']);
      expect(linesIn(`first\r\n${long}\r\nnext\r\n`)).toEqual(['first', full, 'next']);
      expect(linesIn(`${'\u00e9'.repeat(30_000)}\r\n`)).toEqual(['\u00e9'.repeat(LINE_LIMIT / 2)]);
    });

    it('is cut, and the next one is complete', () => {
      expect(linesIn(`${full}yz\rnext\r`)).toEqual([full, 'next']);
      expect(linesIn(full, 'y', 'z\rnext\r')).toEqual([full, 'next']);
    });

    it('rings the bell for the dropped text', () => {
      expect(echoOf(full)).toBe(full);
      expect(echoOf(`${full}yz`)).toBe(`${full}\x07`);
      expect(echoOf(full, 'y', 'z')).toBe(`${full}\x07\x07`);
    });

    it('accepts text again after a backspace', () => {
      expect(linesIn(`${full}y\bz\r`)).toEqual([`${full.slice(1)}z`]);
    });

    it('never holds more than the limit', () => {
      expect(linesIn(...Array<string>(100).fill(full), '\r')).toEqual([full]);
    });
  });

  describe('echo', () => {
    it('deletes a word with Ctrl-W and the line with Ctrl-U', () => {
      expect(linesIn('say hello  \x17there\r')).toEqual(['say there']);
      expect(linesIn('one two\x17\x17three\r')).toEqual(['three']);
      expect(linesIn('never mind\x15hello\r')).toEqual(['hello']);
      expect(linesIn('\x17\x15\r')).toEqual(['']);
    });

    it('shows a chunk in one piece, and each line before its answer', () => {
      const shown: string[] = [];
      const show = (text: string) => shown.push(text);
      of(bytesOf('ab\x7fc\rd\x7fe'))
        .pipe(lineDiscipline(terminal({ echoes: () => true, show }), noKeys()))
        .subscribe((line) => shown.push(`<${line}>`));

      expect(shown).toEqual(['ac\n', '<ac>', 'e']);
    });

    it('erases as many columns as a letter took, and all letters of a word or a line', () => {
      const erased = (columns: number) => '\b'.repeat(columns) + ' '.repeat(columns) + '\b'.repeat(columns);
      expect(echoOf('a漢', '\x7f')).toBe(`a漢${erased(2)}`);
      expect(echoOf('e\u0301', '\x7f')).toBe(`e\u0301${erased(1)}`);
      expect(echoOf(FAMILY, '\x7f')).toBe(`${FAMILY}${erased(2)}`);
      expect(echoOf('say hello  ', '\x17')).toBe(`say hello  ${erased(7)}`);
      expect(echoOf('say 漢', '\x15')).toBe(`say 漢${erased(6)}`);
      expect(echoOf('\x7f\x17\x15')).toBe('');
    });

    it('shows what is typed, deleted and entered', () => {
      expect(echoOf('hé', 'y\b', 'x', '\b', '\r\n', '漢\r')).toBe('héx\b \b\n漢\n');
    });

    it('is queried at each chunk, since it is negotiated', () => {
      let echo = false;
      let shown = '';
      const typed = new Subject<Uint8Array>();
      const show = (text: string) => {
        shown += text;
      };
      typed.pipe(lineDiscipline(terminal({ echoes: () => echo, show }), noKeys())).subscribe();
      typed.next(bytesOf('the client shows this itself\b\r'));
      expect(shown).toBe('');
      echo = true;
      typed.next(bytesOf('shown\r'));
      expect(shown).toBe('shown\n');
      echo = false;
      typed.next(bytesOf('hidden\r'));
      expect(shown).toBe('shown\n');
    });
  });

  describe('keys that do more than edit', () => {
    /** A terminal with echo: its output, the lines entered, and the calls. */
    function typing(parts: Partial<LineTerminal> = {}, taker: Partial<ReturnType<typeof noKeys>> = {}) {
      const typed = new Subject<Uint8Array>();
      const told: string[] = [];
      const keys = { ...noKeys(), interrupt: () => void told.push('interrupted'), ...taker };
      const show = (text: string) => void told.push(text);
      const hangUp = () => void told.push('hung up');
      const asked = terminal({ echoes: () => true, show, hangUp, ...parts });
      typed.pipe(lineDiscipline(asked, keys)).subscribe((line) => told.push(`entered ${line}`));
      return { told, keys, types: (text: string) => typed.next(bytesOf(text)), typing: () => asked.typing };
    }

    it('Ctrl-C drops the line and the type-ahead, and shows the prompt again', () => {
      const { told, types } = typing();
      types('half a li');
      types('\x03');
      types('ann\r');
      expect(told).toEqual(['half a li', 'interrupted', '<line>', 'ann\n', 'entered ann']);
    });

    it('Ctrl-C shows the prompt to a client that echoes locally too', () => {
      const { told, types } = typing({ echoes: () => false });
      types('half\x03ann\r');
      expect(told).toEqual(['interrupted', 'entered ann', '<line>']);
    });

    it("doesn't show again what the client shows itself", () => {
      const { told, types, typing: asked } = typing({ echoes: () => false });
      types('half');
      expect(asked()?.refresh()).toBe(NOTHING_TYPED);
      expect(told).toEqual([]);
    });

    it('Ctrl-D hangs up in an empty line only', () => {
      const { told, types } = typing();
      types('ab\x1b[D\x04\r');
      expect(told).toEqual(['a\n', 'entered a']);
      types('\x04');
      expect(told.at(-1)).toBe('hung up');
    });

    it('Ctrl-L redraws the line on a cleared screen, once per chunk', () => {
      const { told, types } = typing();
      types('abc');
      types('\x0c\x0c\x0c');
      expect(told).toEqual(['abc', '<page>', 'abc']);
    });

    it('Up recalls the last line', () => {
      const { told, types } = typing();
      types('one\r');
      types('tw');
      types('\x1b[A');
      types('\r');
      expect(told).toEqual(['one\n', 'entered one', 'tw', '\b\bone', '\n', 'entered one']);
    });

    it('moves to the end of the line before it is entered', () => {
      const { told, types } = typing();
      types('abc\x1b[D\x1b[D');
      types('\r');
      expect(told).toEqual(['abc\b\b', 'bc\n', 'entered abc']);
    });

    it('shows only the Enter of a secret, and keeps it out of the history', () => {
      let secret = true;
      const { told, types } = typing({ secret: () => secret });
      types('pass');
      types('word\x7f\r');
      secret = false;
      types('\x1b[A\r');
      expect(told).toEqual(['\n', 'entered passwor', '\n', 'entered ']);
    });

    it("writes no more for a chunk than a line's length, whatever keys are in it", () => {
      const { told, types } = typing();
      types(`${'x'.repeat(1000)}\r`);
      told.length = 0;
      types('\x1b[A\x1b[B\x0c\x15'.repeat(10_000));
      expect(told.join('').length).toBeLessThan(5000);
    });

    it('passes every key to an app that reads keys, and echoes nothing', () => {
      const pressed: string[] = [];
      const { told, types, keys } = typing({}, { press: (key) => void pressed.push(key) });
      keys.wantsKeys = true;
      types('a漢👪\x1b[A\r\x03\x04');
      expect(pressed).toEqual(['a', '漢', '👪', 'up', 'enter', 'ctrl-c', 'ctrl-d']);
      expect(told).toEqual([]);
    });

    it('returns to lines when the app stops reading keys, even within a chunk', () => {
      const pressed: string[] = [];
      const press = (key: string) => {
        pressed.push(key);
        keys.wantsKeys = pressed.length < 2;
      };
      const { told, types, keys } = typing({}, { press });
      keys.wantsKeys = true;
      types('abcd\r');
      expect(pressed).toEqual(['a', 'b']);
      expect(told).toEqual(['cd\n', 'entered cd']);
    });

    it('passes the unfinished line to an app that starts to read keys, character by character', () => {
      const { keys, types } = typing();
      types('a👪');
      const take = () => keys.typing?.takeCharacter();
      expect([take(), take(), take()]).toEqual(['a', '👪', '']);
    });

    describe('for an app that reads bytes', () => {
      /** Types these bytes; the app turns to bytes where it takes `at`. */
      function raw(at: string, ...chunks: (string | Uint8Array)[]) {
        const heard: string[] = [];
        const taker = {
          ...noKeys(),
          wantsBytes: at === '',
          wantsKeys: at.length === 1,
          press: (key: string) => hear(key),
          pushBytes: (bytes: Uint8Array) => void heard.push(`bytes ${Buffer.from(bytes).toString('latin1')}`),
        };
        const hear = (what: string) => {
          heard.push(what);
          taker.wantsBytes = what === at;
        };
        const shown = terminal({ echoes: () => true, show: (text) => void heard.push(`shown ${text}`) });
        from(chunks)
          .pipe(
            map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk)),
            lineDiscipline(shown, taker),
          )
          .subscribe(hear);
        return { heard, taker };
      }
      const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

      it('passes all bytes on as they are, and shows nothing', () => {
        expect(raw('', ALL, '\x03\x04\t\r').heard).toEqual([`bytes ${latin1(ALL)}`, 'bytes \x03\x04\t\r']);
      });

      it('passes on the rest of the chunk behind the line or key at which the app turned to bytes', () => {
        for (const enter of ['\r', '\n', '\r\n'])
          expect(raw('get', Buffer.concat([bytesOf(`get${enter}`), ALL])).heard.slice(-2)).toEqual([
            'get',
            `bytes ${latin1(ALL)}`,
          ]);
        expect(raw('get', `é\r👪get\r\n`, 'get\r', '\n\n').heard.at(-1)).toBe('bytes \n');
        for (const text of ['xé', 'xy\r\nz', 'x\r\n', 'ax\r', '👪x\r', 'éx👪']) {
          const rest = bytesOf(text.slice(text.indexOf('x') + 1));
          expect(raw('x', text).heard.slice(-2)).toEqual(['x', `bytes ${latin1(rest)}`]);
        }
      });

      it('loses no byte of a character that is cut', () => {
        const cut = bytesOf('漢').subarray(0, 2);
        const { heard, taker } = raw('get', cut);
        expect(Buffer.from(taker.typing?.takeBytes() ?? [])).toEqual(Buffer.from(cut));
        expect(heard).toEqual([]);
        expect(raw('get', Buffer.concat([bytesOf('get\r'), cut]), cut).heard.slice(-2)).toEqual([
          `bytes ${latin1(cut)}`,
          `bytes ${latin1(cut)}`,
        ]);
      });

      it('gives it the line being typed, but no secret', () => {
        const { taker } = raw('get', 'abé');
        expect(Buffer.from(taker.typing?.takeBytes() ?? []).toString()).toBe('abé');
        expect(taker.typing?.takeBytes()).toEqual(Uint8Array.of());
      });
    });

    it('redraws the line after other output', () => {
      const parts: Partial<LineTerminal> = {};
      const { told, types, typing: line } = typing(parts);
      types('hel');
      line()?.disturbed();
      types('\x7fp');
      expect(told).toEqual(['hel', 'hep']);
    });

    it('drops a line that is discarded', () => {
      const { told, types, typing: line } = typing({ secret: () => true });
      types('hunter2');
      line()?.discard();
      types('x\r');
      expect(told).toEqual(['\n', 'entered x']);
    });

    it('reports an entered line, also if the client echoes locally', () => {
      const { told, types } = typing({ echoes: () => false, entered: () => void told.push('answered') });
      types('a\r');
      expect(told).toEqual(['answered', 'entered a']);
    });

    it('reports the start and the end of each chunk', () => {
      const { told, types } = typing({
        beginRead: () => void told.push('begins'),
        endRead: () => void told.push('ends'),
      });
      types('a\r');
      expect(told).toEqual(['begins', 'a\n', 'entered a', 'ends']);
    });
  });

  describe('the screen', () => {
    /** The line on the screen, with `|` at the cursor, after these chunks. */
    function sees(...chunks: string[]): string {
      const { line, cursor } = seen(echoOf(...chunks).replaceAll(/<line>|<page>/g, '\n'));
      let before = '';
      for (const { segment } of new Intl.Segmenter().segment(line)) {
        if (stringWidth(before) >= cursor) break;
        before += segment;
      }
      if (stringWidth(before) !== cursor) return `${line}, and the cursor at ${cursor}`;
      return `${before}|${line.slice(before.length).trimEnd()}`;
    }
    const [LEFT, RIGHT, HOME, END, DELETE] = ['\x1b[D', '\x1b[C', '\x1b[H', '\x1b[F', '\x1b[3~'];
    const [UP, DOWN] = ['\x1b[A', '\x1b[B'];

    for (const [name, letter] of [
      ['é', 'é'],
      ['é, of two characters', E_ACUTE],
      ['漢', '漢'],
      ['😀', '😀'],
      ['a family of four', FAMILY],
    ] as const) {
      it(`shows ${name}, typed, passed over, deleted and inserted`, () => {
        expect(sees('a', letter, 'b')).toBe(`a${letter}b|`);
        expect(sees('a', letter, 'b', LEFT, LEFT)).toBe(`a|${letter}b`);
        expect(sees(`a${letter}b`, LEFT, '\x7f')).toBe('a|b');
        expect(sees(`a${letter}b`, HOME, RIGHT, DELETE)).toBe('a|b');
        expect(sees('ab', LEFT, letter, letter)).toBe(`a${letter}${letter}|b`);
        expect(sees(`${letter}b`, HOME, 'x', END, '!')).toBe(`x${letter}b!|`);
      });
    }

    it('joins a mark that comes later to its letter', () => {
      expect(sees('abc', '\x15e', '\u0301')).toBe(`${E_ACUTE}|`);
    });

    it('shows a deleted word, or deleted text before or after the cursor', () => {
      expect(sees('one 漢字 three', '\x17')).toBe('one 漢字 |');
      expect(sees('one 漢字 three', '\x17', '\x17')).toBe('one |');
      expect(sees('one 漢字', LEFT, '\x15')).toBe('|字');
      expect(sees('one 漢字', LEFT, '\x0b')).toBe('one 漢|');
    });

    it('shows a recalled line, and then the unfinished one', () => {
      const before = ['first\r', '漢字 long\r', 'beg', LEFT];
      expect(sees(...before, UP)).toBe('漢字 long|');
      expect(sees(...before, UP, UP)).toBe('first|');
      expect(sees(...before, UP, UP, DOWN, DOWN)).toBe('beg|');
    });

    it('shows an empty line after Ctrl-C, and the same line after Ctrl-L', () => {
      expect(sees('never mi', LEFT, '\x03')).toBe('|');
      expect(sees('漢b', LEFT, '\x0c')).toBe('漢|b');
    });

    /** A simple model of the line: a list of letters, and the cursor's index. */
    interface Simple {
      readonly letters: string[];
      cursor: number;
      readonly entered: string[];
      readonly history: string[];
      recalled: number;
      draft: string[];
      hangUps: number;
    }
    const simple = (): Simple => ({
      letters: [],
      cursor: 0,
      entered: [],
      history: [],
      recalled: 0,
      draft: [],
      hangUps: 0,
    });
    const put = (line: Simple, letters: readonly string[]) => {
      line.letters.splice(0, line.letters.length, ...letters);
      line.cursor = letters.length;
    };
    const fresh = (line: Simple) => {
      put(line, []);
      line.recalled = line.history.length;
      line.draft = [];
    };
    const lettersOf = (text: string) =>
      Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
    const recall = (by: number) => (line: Simple) => {
      const to = line.recalled + by;
      if (to < 0 || to > line.history.length) return;
      if (line.recalled === line.history.length) line.draft = [...line.letters];
      line.recalled = to;
      put(line, to === line.history.length ? line.draft : lettersOf(line.history[to] as string));
    };
    const take = (line: Simple, from: number, to: number) => {
      line.letters.splice(from, to - from);
      line.cursor = from;
    };
    const enter = (line: Simple) => {
      const text = line.letters.join('');
      line.entered.push(text);
      if (text.trim() !== '' && text !== line.history.at(-1)) line.history.push(text);
      fresh(line);
    };
    const word = (line: Simple) => {
      let from = line.cursor;
      while (from > 0 && line.letters[from - 1] === ' ') from -= 1;
      while (from > 0 && line.letters[from - 1] !== ' ') from -= 1;
      take(line, from, line.cursor);
    };
    const remove = (line: Simple) => take(line, line.cursor, Math.min(line.cursor + 1, line.letters.length));
    const moveTo = (where: (line: Simple) => number) => (line: Simple) => {
      line.cursor = Math.max(0, Math.min(line.letters.length, where(line)));
    };

    type Act = readonly [typed: string, does: (line: Simple) => void];
    /** Clusters of several wide letters: shown correctly only if they come in one piece. */
    const joined = ['👍🏽', '🇫🇷', FAMILY];
    const letters: Act[] = ['a', 'b', ' ', 'é', E_ACUTE, '漢', '😀', ...joined].map((letter) => [
      letter,
      (line) => {
        line.letters.splice(line.cursor, 0, letter);
        line.cursor += 1;
      },
    ]);
    const same = (typed: string[], does: Act[1]): Act[] => typed.map((bytes) => [bytes, does]);
    const keys: Act[] = [
      ...same(['\x7f', '\b'], (line) => take(line, Math.max(0, line.cursor - 1), line.cursor)),
      ...same([DELETE], remove),
      ...same(['\x04'], (line) => {
        if (line.letters.length > 0) remove(line);
        else line.hangUps += 1;
      }),
      ...same(
        [LEFT, '\x1bOD', '\x9bD', '\x02'],
        moveTo(({ cursor }) => cursor - 1),
      ),
      ...same(
        [RIGHT, '\x1bOC', '\x06'],
        moveTo(({ cursor }) => cursor + 1),
      ),
      ...same(
        [HOME, '\x1b[1~', '\x01'],
        moveTo(() => 0),
      ),
      ...same(
        [END, '\x1b[4~', '\x05'],
        moveTo(({ letters }) => letters.length),
      ),
      ...same(['\x17', '\x1b\x7f'], word),
      ...same(['\x15'], (line) => take(line, 0, line.cursor)),
      ...same(['\x0b'], (line) => {
        line.letters.length = line.cursor;
      }),
      ...same([UP, '\x1bOA', '\x10'], recall(-1)),
      ...same([DOWN, '\x1bOB', '\x0e'], recall(1)),
      ...same(['\x03'], fresh),
      ...same(['\r', '\r\n', '\r\0', '\n'], enter),
    ];
    const nothing: Act[] = same(
      [
        '\x0c',
        '\0',
        '\x07',
        '\t',
        '\x85',
        '\x1b[1;5D',
        '\x1bOP',
        '\x1b[15~',
        '\x1b[[A',
        '\x1b[M !!',
        '\x1b[<0;10;20M',
        '\x1b[200~',
        '\x1b[I',
        '\x1b[1;1R',
        '\x1b]0;title\x07',
        '\x1bP1$r0m\x1b\\',
        '\x90text\x9c',
        '\x1b(B',
      ],
      () => {},
    );
    const acts = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...letters) },
        { weight: 4, arbitrary: fc.constantFrom(...keys) },
        { weight: 1, arbitrary: fc.constantFrom(...nothing) },
      ),
      { maxLength: 40 },
    );

    it('shows the line and the right cursor position, for any input in any chunks', () => {
      holds(
        fc.property(acts, fc.array(fc.nat(300), { maxLength: 30 }), (typed, cuts) => {
          const line = simple();
          typed.forEach(([bytes, does], index) => {
            // An LF after a CR belongs to it.
            if (bytes === '\n' && typed[index - 1]?.[0] === '\r') return;
            does(line);
          });
          const bytes = bytesOf(typed.map(([bytes]) => bytes).join(''));
          // A lone ESC is the Escape key: there chunk boundaries matter, as within such clusters.
          const whole = new Set<number>();
          let start = 0;
          for (const [each] of typed) {
            const end = start + bytesOf(each).length;
            if (joined.includes(each)) for (let at = start + 1; at < end; at += 1) whole.add(at);
            start = end;
          }
          const places = [...new Set(cuts)].filter(
            (cut) => cut < bytes.length && bytes[cut - 1] !== 0x1b && !whole.has(cut),
          );
          const edges = [0, ...places.sort((a, b) => a - b), bytes.length];

          const screen: string[] = [];
          const entered: string[] = [];
          let hangUps = 0;
          const shows = terminal({
            echoes: () => true,
            show: (text) => void screen.push(text),
            drawPrompt: () => void screen.push('\n'),
            hangUp: () => {
              hangUps += 1;
            },
          });
          from(edges.slice(1).map((to, index) => bytes.subarray(edges[index], to)))
            .pipe(lineDiscipline(shows, noKeys()))
            .subscribe((text) => entered.push(text));

          const { line: shown, cursor } = seen(...screen);
          throwUnless(entered).toEqual(line.entered);
          throwUnless(shown.trimEnd()).toBe(line.letters.join('').trimEnd());
          throwUnless(cursor).toBe(stringWidth(line.letters.slice(0, line.cursor).join('')));
          throwUnless(hangUps).toBe(line.hangUps);
        }),
        { numRuns: 2000 },
      );
    });
  });

  it('starts with an empty line for each subscription', () => {
    const discipline = lineDiscipline(terminal(), noKeys());
    const entered: string[] = [];
    of(bytesOf('unfinished'))
      .pipe(discipline)
      .subscribe((line) => entered.push(line));
    of(bytesOf('new\r'))
      .pipe(discipline)
      .subscribe((line) => entered.push(line));
    throwError(() => new Error('input'))
      .pipe(discipline)
      .subscribe({ error: (error) => entered.push(error.message) });
    expect(entered).toEqual(['new', 'input']);
  });

  describe('Tab', () => {
    /** The output and the lists, while this is typed with these candidates. */
    function typing(candidates: (typed: string) => readonly string[], parts: Partial<LineTerminal> = {}) {
      let shown = '';
      const listed: string[] = [];
      const asked: string[] = [];
      const entered: string[] = [];
      const typed$ = new Subject<string>();
      const show = (text: string) => {
        shown += text;
      };
      let packet = 0;
      const own = terminal({
        echoes: () => true,
        show,
        notify: (text) => listed.push(text),
        candidates: (typed) => {
          asked.push(typed);
          return candidates(typed);
        },
        ...parts,
      });
      typed$.pipe(map(bytesOf), lineDiscipline(own, noKeys())).subscribe((line) => entered.push(line));
      Object.defineProperty(own, 'packet', { get: () => packet });
      /** Each chunk is one packet. */
      const type = (...chunks: string[]) => {
        packet += 1;
        for (const chunk of chunks) typed$.next(chunk);
      };
      return { type, shown: () => shown, listed, asked, entered };
    }
    const commands = (typed: string) =>
      ['look', 'listen', 'leave'].filter((command) => command.startsWith(typed));

    it('completes the text before the cursor', () => {
      const { type, shown, entered } = typing(commands);
      type('lo\t');
      type('up\r');
      expect(shown()).toBe('look up\n');
      expect(entered).toEqual(['look up']);
    });

    it('keeps the text after the cursor', () => {
      const { type, entered } = typing(commands);
      type('loup\x1b[D\x1b[D');
      type('\t');
      type('\r');
      expect(entered).toEqual(['look up']);
    });

    it('lists the choices, and keeps the line', () => {
      const { type, listed, entered } = typing(commands);
      type('l\t');
      type('\r');
      expect(listed).toEqual(['look  listen  leave']);
      expect(entered).toEqual(['l']);
    });

    it('lays out the choices by the maximum number of columns', () => {
      const { type, listed } = typing(commands, { columns: 16, maxWidth: (text) => 2 * text.length });
      type('l\t');
      expect(listed).toEqual(['look\nlisten\nleave']);
    });

    it('rings the bell without candidates', () => {
      const { type, shown } = typing(commands);
      type('x\t');
      expect(shown()).toBe('x\x07');
    });

    it('asks once per packet, however often it is pressed', () => {
      const { type, listed, asked } = typing(commands);
      type(`l${'\t'.repeat(10_000)}`);
      expect(asked).toEqual(['l']);
      expect(listed.length).toBe(1);
      type('\t');
      expect(asked.length).toBe(2);
    });

    it('asks once per packet, even if it comes in many chunks', () => {
      const { type, asked } = typing(commands);
      type('l', '\t', '\t', 'i', '\t');
      expect(asked).toEqual(['l']);
      type('\t', '\t');
      expect(asked).toEqual(['l', 'li']);
    });

    it('does nothing in a secret, nor if the client echoes locally', () => {
      for (const parts of [{ secret: () => true }, { echoes: () => false }]) {
        const { type, asked, entered } = typing(commands, parts);
        type('lo\t\r');
        expect(asked).toEqual([]);
        expect(entered).toEqual(['lo']);
      }
    });

    it('makes no line longer than the limit', () => {
      const { type, shown, entered } = typing(() => ['x'.repeat(LINE_LIMIT + 1)]);
      type('x\t\r');
      expect(entered).toEqual(['x']);
      expect(shown()).toContain('\x07');
    });
  });

  describe('input is plain text', () => {
    const trick = 'a\u202eb\u2028c\u200bd\ufeff\u{e0041}e\u00adf';

    it('in lines', () => {
      expect(linesIn(`${trick}\r`)).toEqual(['abcdef']);
      expect(linesIn(Buffer.from([0x61, 0xff, 0xfe, 0x0d]))).toEqual(['a\ufffd\ufffd']);
    });

    it('in keys', () => {
      const keys: string[] = [];
      const taker = { ...noKeys(), wantsKeys: true, press: (key: string) => keys.push(key) };
      of(bytesOf(trick)).pipe(lineDiscipline(terminal(), taker)).subscribe();
      expect(keys).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('in the history', () => {
      expect(echoOf('a\u202eb\r', '\x1b[A\r')).toBe('ab\nab\n');
    });

    it('even if a letter and its joiner come separately', () => {
      expect(linesIn('\u{1f469}', '\u200d', '\u{1f467}', '\r')).toEqual(['\u{1f469}\u200d\u{1f467}']);
      expect(linesIn('a', '\u200d', 'b', '\r')).toEqual(['ab']);
    });

    it('across lines', () => {
      expect(linesIn('a\u200db\rplain\r\u{1f469}\u200d\u{1f467}\r')).toEqual([
        'ab',
        'plain',
        '\u{1f469}\u200d\u{1f467}',
      ]);
    });
  });

  it('takes DEL for Delete on terminals where it is, and for Backspace elsewhere', () => {
    for (const [hasPcKeys, line] of [
      [true, 'bcd'],
      [false, 'bd'],
    ] as const) {
      const entered: string[] = [];
      const typed = hasPcKeys ? 'abcd\x1b[H\x7f\r\n' : 'abcd\x1b[D\x7f\x1b[H\x1b[3~\r\n';
      of(bytesOf(typed))
        .pipe(lineDiscipline(terminal({ hasPcKeys: () => hasPcKeys }), noKeys()))
        .subscribe((text) => entered.push(text));
      expect(entered).toEqual([line]);
    }
  });

  describe('for a plain client, which echoes by itself', () => {
    /** The unfinished line after one more character; with a newline at its end when it is finished. */
    function typedOn(
      before: string,
      [last, character]: readonly [string, string],
      hangUp: () => void,
    ): string {
      const line = before.endsWith('\n') ? '' : before;
      switch (character) {
        case '\r':
          return `${line}\n`;
        // An LF after a CR belongs to it.
        case '\n':
          return last === '\r' ? line : `${line}\n`;
        case '\b':
        case '\x7f':
          return line.slice(0, -1);
        case '\x15':
        case '\x03':
          return '';
        case '\x04':
          if (line === '') hangUp();
          return line;
        case '\0':
          return line;
        default:
          return line + character;
      }
    }

    /** The same in stock operators: characters add up to lines. */
    const stock = (hangUp: () => void) => (input$: Observable<Uint8Array>) =>
      input$.pipe(
        map(utf8()),
        concatMap((text) => from(text)),
        startWith(''),
        pairwise(),
        scan((line, characters) => typedOn(line, characters, hangUp), ''),
        filter((line) => line.endsWith('\n')),
        map((line) => line.slice(0, -1)),
      );

    it('does what map, concatMap and scan do', () => {
      const characters = [...'ab é漢\r\n\b\x7f\x15\x03\x04', '\r\n', '\r\0'];
      const typed = fc.array(fc.constantFrom(...characters), { maxLength: 8 }).map((all) => all.join(''));
      // Long enough for the ways that are faster than one character at a time. Seven such chunks are no line
      // above the limit.
      const pasted = fc.constantFrom(
        '',
        'hello\r\n',
        'x'.repeat(70),
        `${'x'.repeat(70)}\r\n`,
        'é'.repeat(35),
      );
      const [firstHalf, secondHalf] = [bytesOf('é').subarray(0, 1), bytesOf('é').subarray(1)];
      // A chunk may begin or end in the middle of an Enter, or of a character.
      const begins = fc.constantFrom(bytesOf(''), bytesOf('\n'), secondHalf);
      const ends = fc.constantFrom(bytesOf(''), bytesOf('\r'), firstHalf);
      const oneLine = fc.constant(bytesOf('hello\r\n'));
      const anything = fc
        .tuple(begins, typed, pasted, typed, ends)
        .map(([begin, one, two, three, end]) => Buffer.concat([begin, bytesOf(one + two + three), end]));
      const chunk = fc.oneof(anything, anything, oneLine);
      const chunks = fc.record({ a: chunk, b: chunk, c: chunk, d: chunk });
      holds(
        fc.property(someMarbles('abcd'), chunks, fc.nat(10), (input, chunks, leavesAt) => {
          const outcome = (
            operator: (hangUp: () => void) => (input$: Observable<Uint8Array>) => Observable<string>,
          ) =>
            outcomeOf({ input }, leavesAt, ({ input }, scheduler, diary) =>
              input.pipe(
                map((letter) => chunks[letter as keyof typeof chunks]),
                operator(() => diary.push(`${scheduler.now()} hung up`)),
                tap((line) => diary.push(`${scheduler.now()} ${line}`)),
              ),
            );
          throwUnlessSame(
            outcome((hangUp) => lineDiscipline(terminal({ hangUp }), noKeys())),
            outcome(stock),
          );
        }),
        { numRuns: 1000 },
      );
    });
  });
});
