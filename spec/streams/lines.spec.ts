import * as fc from 'fast-check';
import { from, map, of, Subject, take, throwError } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import stringWidth from 'string-width';
import { LINE_LIMIT, type LineTerminal, lines } from '../../streams/lines.js';

const utf8 = () => {
  const decoder = new TextDecoder();
  return (bytes: Uint8Array) => decoder.decode(bytes, { stream: true });
};
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** A terminal, silent unless `echo` is given, that shows nothing. */
const terminal = (parts: Partial<LineTerminal> = {}): LineTerminal => ({
  decoder: utf8,
  echoes: () => false,
  show: () => {},
  width: stringWidth,
  ...parts,
});

/** The lines in the chunks that somebody typed. */
function linesIn(...chunks: (string | Uint8Array)[]): string[] {
  const entered: string[] = [];
  from(chunks)
    .pipe(
      map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk)),
      lines(terminal()),
    )
    .subscribe((line) => entered.push(line));
  return entered;
}

/** What the terminal shows while somebody types. */
function echoOf(...chunks: string[]): string {
  let shown = '';
  const show = (text: string) => {
    shown += text;
  };
  from(chunks)
    .pipe(map(bytesOf), lines(terminal({ echoes: () => true, show })))
    .subscribe();
  return shown;
}

const FAMILY = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';
const E_ACUTE = 'e\u0301';

describe('lines', () => {
  const values = { a: bytesOf('one\r'), b: bytesOf('two\rthr'), c: bytesOf('ee\r'), x: bytesOf('no Enter') };

  it(
    'emits a line when Enter comes',
    marbles((m) => {
      const typed = m.cold('           -a-b-c-|', values);
      const expected = '               -1-2-3-|';
      m.expect(typed.pipe(lines(terminal()))).toBeObservable(expected, { 1: 'one', 2: 'two', 3: 'three' });
      m.expect(typed).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'emits every line of a chunk',
    marbles((m) => {
      const typed = m.cold('                            --a----|', { a: bytesOf('1\r2\r3\r') });
      m.expect(typed.pipe(lines(terminal()))).toBeObservable('--(123)|', { 1: '1', 2: '2', 3: '3' });
      m.expect(typed).toHaveSubscriptions('             ^------!');
    }),
  );

  it(
    'is silent while nobody types',
    marbles((m) => {
      const typed = m.cold('                                -----');
      m.expect(typed.pipe(lines(terminal())), '             ----!').toBeObservable('-----');
      m.expect(typed).toHaveSubscriptions('                 ^---!');
    }),
  );

  it(
    'completes with an empty source',
    marbles((m) => {
      const typed = m.cold('                            --|');
      m.expect(typed.pipe(lines(terminal()))).toBeObservable('--|');
      m.expect(typed).toHaveSubscriptions('             ^-!');
    }),
  );

  it(
    'drops a line that nobody finished',
    marbles((m) => {
      const typed = m.cold('                            -x-|', values);
      m.expect(typed.pipe(lines(terminal()))).toBeObservable('---|');
      m.expect(typed).toHaveSubscriptions('             ^--!');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const typed = m.cold('                            -a-#', values);
      m.expect(typed.pipe(lines(terminal()))).toBeObservable('-1-#', { 1: 'one' });
      m.expect(typed).toHaveSubscriptions('             ^--!');
    }),
  );

  it(
    'leaves its source when unsubscribed',
    marbles((m) => {
      const typed = m.cold('                                -a-b-', values);
      m.expect(typed.pipe(lines(terminal())), '             --!').toBeObservable('-1-', { 1: 'one' });
      m.expect(typed).toHaveSubscriptions('                 ^-!');
    }),
  );

  it(
    'reads no further in a chunk than somebody listens',
    marbles((m) => {
      let shown = '';
      const show = (text: string) => {
        shown += text;
      };
      const typed = m.cold('                   -a-', { a: bytesOf('1\r2\rrest') });
      const line$ = typed.pipe(lines(terminal({ echoes: () => true, show })), take(1));
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

      it(`is ${name}, however it is cut`, () => {
        expect(linesIn(...`one${enter}${enter}two${enter}`)).toEqual(['one', '', 'two']);
      });
    }

    it('comes as CR, before its LF or NUL is there', () => {
      const typed = new Subject<Uint8Array>();
      const entered: string[] = [];
      typed.pipe(lines(terminal())).subscribe((line) => entered.push(line));
      typed.next(bytesOf('one\r'));
      expect(entered).toEqual(['one']);
      typed.next(bytesOf('\ntwo\r'));
      expect(entered).toEqual(['one', 'two']);
    });

    it('is LF again after something else was typed', () => {
      expect(linesIn('one\rtwo\n\n')).toEqual(['one', 'two', '']);
    });
  });

  it('finds the same lines however the bytes are cut', () => {
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
    const sequences = [
      '\x1b',
      '\x1b[A',
      '\x1b[1;31m',
      '\x1bOP',
      '\x1b]0;title\x07',
      '\x1bP1$q\x1b\\',
      '\x9b',
      '\x1b\x1b[A',
    ];
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
      it(`takes back ${name} at once`, () => {
        expect(linesIn(`x${letter}\by\r`)).toEqual(['xy']);
        expect(linesIn(`${letter}${letter}\x7f\r`)).toEqual([letter]);
      });
    }

    it('takes back nothing from an empty line', () => {
      expect(linesIn('a\b\b\bb\r')).toEqual(['b']);
      expect(linesIn('a\r\bb\r')).toEqual(['a', 'b']);
      expect(echoOf('\b')).toBe('');
    });

    it('looks at the end of the line only, since a read may bring 32,000 of them', () => {
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
      ['C1 controls', '\x80\x85\x9f'],
      ['an arrow', '\x1b[A'],
      ['an arrow with Alt, as some terminals send it', '\x1b\x1b[A'],
      ['a function key', '\x1bOP'],
      ['a colour', '\x1b[1;31m'],
      ['a sequence begun anew', '\x1b[1;\x1b[31m'],
      ['a character set', '\x1b(B'],
      ['a window title', '\x1b]0;title\x07'],
      ['a window title with ESC \\', '\x1b]0;title\x1b\\'],
      ['a device control string', '\x1bP1$qm\x1b\\'],
      ['a key with Alt', '\x1bf'],
    ] as const) {
      it(`leaves out ${name}`, () => {
        expect(linesIn(`on${sequence}e\r`)).toEqual(['one']);
        expect(linesIn(...`on${sequence}e\r`)).toEqual(['one']);
        expect(echoOf(`on${sequence}e\r`)).toBe('one\n');
      });
    }

    it('keeps what a bracketed paste brings, without its brackets', () => {
      expect(linesIn('\x1b[200~pasted\x1b[201~\r')).toEqual(['pasted']);
    });

    it('goes on at the next line after a sequence that never ends', () => {
      expect(linesIn('a\x1b]0;title\rb\r\x1b[\nc\r')).toEqual(['a', 'b', '', 'c']);
    });

    it('never lets a control into a line or onto the screen, whatever the bytes', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (chunks) => {
          let shown = '';
          const entered: string[] = [];
          const show = (text: string) => {
            shown += text;
          };
          from(chunks)
            .pipe(lines(terminal({ echoes: () => true, show })))
            .subscribe((line) => entered.push(line));
          expect(entered.join('')).toMatch(/^[^\x00-\x1f\x7f-\x9f]*$/u);
          expect(shown.replaceAll(/(\x08+ +)+\x08+/g, '').replaceAll('\n', '')).toMatch(
            /^[^\x00-\x1f\x7f-\x9f]*$/u,
          );
        }),
      );
    });
  });

  describe('a line that is too long', () => {
    const full = 'x'.repeat(LINE_LIMIT);

    it('is cut, and the next one is whole', () => {
      expect(linesIn(`${full}yz\rnext\r`)).toEqual([full, 'next']);
      expect(linesIn(full, 'y', 'z\rnext\r')).toEqual([full, 'next']);
    });

    it('rings the bell for what is not taken', () => {
      expect(echoOf(full)).toBe(full);
      expect(echoOf(`${full}yz`)).toBe(`${full}\x07`);
      expect(echoOf(full, 'y', 'z')).toBe(`${full}\x07\x07`);
    });

    it('is taken on after a backspace', () => {
      expect(linesIn(`${full}y\bz\r`)).toEqual([`${full.slice(1)}z`]);
    });

    it('holds no more than its limit, however much comes', () => {
      expect(linesIn(...Array<string>(100).fill(full), '\r')).toEqual([full]);
    });
  });

  describe('echo', () => {
    it('takes back a word with Ctrl-W and the line with Ctrl-U', () => {
      expect(linesIn('say hello  \x17there\r')).toEqual(['say there']);
      expect(linesIn('one two\x17\x17three\r')).toEqual(['three']);
      expect(linesIn('never mind\x15hello\r')).toEqual(['hello']);
      expect(linesIn('\x17\x15\r')).toEqual(['']);
    });

    it('shows a chunk in one piece, and each line before what it brings about', () => {
      const shown: string[] = [];
      const show = (text: string) => shown.push(text);
      of(bytesOf('ab\x7fc\rd\x7fe'))
        .pipe(lines(terminal({ echoes: () => true, show })))
        .subscribe((line) => shown.push(`<${line}>`));

      expect(shown).toEqual(['ab\b \bc\n', '<ac>', 'd\b \be']);
    });

    it('erases as many columns as a letter took, and all the letters of a word or a line', () => {
      const erased = (columns: number) => '\b'.repeat(columns) + ' '.repeat(columns) + '\b'.repeat(columns);
      expect(echoOf('a漢\x7f')).toBe(`a漢${erased(2)}`);
      expect(echoOf('e\u0301\x7f')).toBe(`e\u0301${erased(1)}`);
      expect(echoOf(`${FAMILY}\x7f`)).toBe(`${FAMILY}${erased(2)}`);
      expect(echoOf('say hello  \x17')).toBe(`say hello  ${erased(7)}`);
      expect(echoOf('say 漢\x15')).toBe(`say 漢${erased(6)}`);
      expect(echoOf('\x7f\x17\x15')).toBe('');
    });

    it('shows what is typed, taken back and entered', () => {
      expect(echoOf('hé', 'y\b', '\r\n', '漢\r')).toBe('héy\b \b\n漢\n');
    });

    it('is asked for at each chunk, since it is negotiated', () => {
      let echo = false;
      let shown = '';
      const typed = new Subject<Uint8Array>();
      const show = (text: string) => {
        shown += text;
      };
      typed.pipe(lines(terminal({ echoes: () => echo, show }))).subscribe();
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

  it('makes its decoder at the first chunk, and one for each caller', () => {
    const decoder = jasmine.createSpy('decoder', utf8).and.callFake(utf8);
    const discipline = lines(terminal({ decoder }));
    const [ann, bob] = [new Subject<Uint8Array>(), new Subject<Uint8Array>()];
    const entered: string[] = [];
    for (const caller of [ann, bob]) caller.pipe(discipline).subscribe((line) => entered.push(line));
    expect(decoder).not.toHaveBeenCalled();

    const [first, second] = [bytesOf('é\r').subarray(0, 1), bytesOf('é\r').subarray(1)];
    ann.next(first);
    expect(decoder).toHaveBeenCalledTimes(1);
    bob.next(bytesOf('bob\r'));
    ann.next(second);
    expect(decoder).toHaveBeenCalledTimes(2);
    expect(entered).toEqual(['bob', 'é']);
  });

  it('subscribes anew each time, with nothing left of the line before', () => {
    const discipline = lines(terminal());
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
});
