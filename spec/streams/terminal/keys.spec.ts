import { StringDecoder } from 'node:string_decoder';
import fc from 'fast-check';
import { type KeyHandler, Keys } from '../../../streams/terminal/keys.js';
import { holds } from '../../support/holds.js';

/** A handler of keys; text reported as ordinary must be so. */
function handler(text: (run: string) => void, key: (name: string) => void): KeyHandler {
  const told = (run: string, isOrdinary: boolean) => {
    if (isOrdinary && !/^[\x20-\x7e]*$/.test(run)) throw new Error(`${JSON.stringify(run)} isn't ordinary`);
    text(run);
    return run.length;
  };
  return {
    stopped: false,
    hasPcKeys: false,
    text: told,
    line(run) {
      told(run, true);
      key('enter');
      return 'all';
    },
    key,
  };
}

/** Records keys: text as it is, keys in brackets. */
function noting() {
  let seen = '';
  const keys = new Keys(
    handler(
      (run) => {
        seen += run;
      },
      (name) => {
        seen += `<${name}>`;
      },
    ),
  );
  return { keys, seen: () => seen };
}

/** The input in these chunks: text as it is, keys in brackets. */
function typed(...chunks: string[]): string {
  const { keys, seen } = noting();
  for (const chunk of chunks) keys.read(Buffer.from(chunk), chunk);
  return seen();
}

/** Lengths of packets scanned by bytes, and of packets scanned by words. */
const LENGTHS = [
  ...Array.from({ length: 13 }, (_, index) => 1 + index),
  ...Array.from({ length: 14 }, (_, index) => 65 + index),
];

describe('Keys', () => {
  it('tells text from keys', () => {
    expect(typed('héllo 漢👪\r')).toBe('héllo 漢👪<enter>');
  });

  for (const [name, sequence] of [
    ['enter', '\r'],
    ['enter', '\r\n'],
    ['enter', '\r\0'],
    ['enter', '\n'],
    ['backspace', '\b'],
    ['backspace', '\x7f'],
    ['tab', '\t'],
    ['shift-tab', '\x1b[Z'],
    ['escape', '\x1b'],
    ['ctrl-a', '\x01'],
    ['ctrl-c', '\x03'],
    ['ctrl-z', '\x1a'],
    ['alt-x', '\x1bx'],
    ['alt-backspace', '\x1b\x7f'],
    ['up', '\x1b[A'],
    ['down', '\x1b[B'],
    ['right', '\x1b[C'],
    ['left', '\x1b[D'],
    ['up', '\x1bOA'],
    ['up', '\x9bA'],
    ['home', '\x1b[H'],
    ['home', '\x1b[1~'],
    ['end', '\x1b[F'],
    ['end', '\x1b[4~'],
    ['insert', '\x1b[2~'],
    ['delete', '\x1b[3~'],
    ['page-up', '\x1b[5~'],
    ['page-down', '\x1b[6~'],
    ['ctrl-left', '\x1b[1;5D'],
    ['shift-up', '\x1b[1;2A'],
    ['up', '\x1b[1;99A'],
    ['ctrl-delete', '\x1b[3;5~'],
    ['f1', '\x1bOP'],
    ['f1', '\x1b[11~'],
    ['f1', '\x1b[[A'],
    ['f2', '\x1bOQ'],
    ['f3', '\x1bOR'],
    ['f4', '\x1bOS'],
    ['f5', '\x1b[[E'],
    ['f2', '\x1b[12~'],
    ['f3', '\x1b[13~'],
    ['f4', '\x1b[14~'],
    ['f5', '\x1b[15~'],
    ['f6', '\x1b[17~'],
    ['f7', '\x1b[18~'],
    ['f8', '\x1b[19~'],
    ['f9', '\x1b[20~'],
    ['f10', '\x1b[21~'],
    ['f11', '\x1b[23~'],
    ['f12', '\x1b[24~'],
    ['home', '\x1b[7~'],
    ['end', '\x1b[8~'],
    ['up', '\x1b[1A'],
    ['alt-up', '\x1b[1;3A'],
    ['alt-shift-up', '\x1b[1;4A'],
    ['ctrl-shift-up', '\x1b[1;6A'],
    ['ctrl-alt-up', '\x1b[1;7A'],
    ['ctrl-alt-shift-up', '\x1b[1;8A'],
    ['alt-0', '\x1b0'],
    ['alt-`', '\x1b`'],
    ['alt-@', '\x1b@'],
  ] as const) {
    it(`reads ${name} from ${JSON.stringify(sequence)}`, () => {
      expect(typed(`a${sequence}`)).toBe(`a<${name}>`);
      if (name !== 'escape') expect(typed(`a${sequence}b`)).toBe(`a<${name}>b`);
    });
  }

  for (const [what, sequence] of [
    ['a mouse report', '\x1b[M !!'],
    ['an SGR mouse report', '\x1b[<0;10;20M\x1b[<0;10;20m'],
    ['bracketed paste', '\x1b[200~\x1b[201~'],
    ['focus reports', '\x1b[I\x1b[O'],
    ['a cursor position report', '\x1b[12;40R'],
    ['a device attributes report', '\x1b[?1;2c'],
    ['a title', '\x1b]0;title\x07'],
    ['a title, ended by ESC \\', '\x1b]0;title\x1b\\'],
    ['an 8-bit control string', '\x90text\x9c'],
    ['a character set', '\x1b(B'],
    ['NUL, and undefined C1 controls', '\0\x80\x85\x99'],
    ['a cancelled sequence', '\x1b[31\x18'],
    ['a very long sequence', `\x1b[${'1;'.repeat(500)}z`],
  ] as const) {
    it(`drops ${what}, wherever it is split`, () => {
      for (let cut = 0; cut <= sequence.length; cut += 1) {
        const seen = typed(`a${sequence.slice(0, cut)}`, `${sequence.slice(cut)}b`);
        // A lone ESC at the end of a chunk is the Escape key, whatever follows.
        expect(seen.replace('<escape>', ''))
          .withContext(`cut at ${cut}`)
          .toMatch(/^a(b|\(Bb|\]0;title.*b)$/);
      }
      expect(typed(`a${sequence}b`)).toBe('ab');
    });
  }

  for (const [what, sequence] of [
    ['an 8-bit privacy message', '\x9etext\x9c'],
    ['an 8-bit program command', '\x9ftext\x9c'],
    ['an unknown function key of a console', '\x1b[[F'],
    ['an arrow with a number', '\x1b[5A'],
    ['an announcement of a character set', '\x1b F'],
    ['the last of the character sets', '\x1b/F'],
  ] as const) {
    it(`drops ${what}`, () => expect(typed(`a${sequence}b`)).toBe('ab'));
  }

  it('takes a key for the end of a string', () => {
    expect(typed('a\x1b]0;title\x1b[Ab')).toBe('a<up>b');
  });

  it('reads an 8-bit sequence after an ESC', () => {
    expect(typed('a\x1b\x9bAb')).toBe('a<up>b');
    expect(typed('a\x1b', '\x8fPb')).toBe('a<escape><f1>b');
  });

  it('reads an Enter of LF after one of CR LF, wherever they are split', () => {
    const text = 'a\r\n\nb\r\n\r\0\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(typed(text.slice(0, cut), text.slice(cut)))
        .withContext(`${cut}`)
        .toBe('a<enter><enter>b<enter><enter><enter>');
    }
  });

  it("keeps in step with bytes that don't match their characters", () => {
    for (const title of ['café', 'é', '漢', '漢 and x', '👪!']) {
      expect(typed(`\x1b]0;${title}\x07abc\rdef\x7f`)).toBe('abc<enter>def<backspace>');
    }
    const { keys, seen } = noting();
    const decoder = new StringDecoder();
    for (const chunk of [[0x61, 0xe6, 0xbc], [...Buffer.from('b\rcde\x7f')]]) {
      const bytes = Uint8Array.from(chunk);
      keys.read(bytes, decoder.write(bytes));
    }
    expect(seen()).toBe('a\ufffdb<enter>cde<backspace>');
  });

  it('joins an arrow that is split', () => {
    expect(typed('a\x1b', '[A', 'b')).toBe('a<escape><up>b');
    expect(typed('a\x1b[', '1;', '5Ab')).toBe('a<ctrl-up>b');
  });

  it('takes an ESC at the end of a chunk for the key, and what is typed next for itself', () => {
    expect(typed('\x1b', '\x1b', 'Oh')).toBe('<escape><escape>Oh');
    expect(typed('\x1b', '\r')).toBe('<escape><enter>');
    expect(typed('\x1b\x1b[A')).toBe('<escape><up>');
  });

  it('continues at the next line after a sequence that never ends', () => {
    expect(typed('\x1b]0;title\rb\x1b[1;\nc')).toBe('<enter>b<enter>c');
  });

  it('stops reading when the handler takes no more, and says how much it read', () => {
    const seen: string[] = [];
    const keys = new Keys({
      ...handler(
        (run) => seen.push(run),
        (name) => seen.push(name),
      ),
      get stopped() {
        return seen.includes('enter');
      },
    });
    const text = 'a\rb\rc';
    expect(keys.read(Buffer.from(text), text)).toBe(2);
    expect(seen).toEqual(['a', 'enter']);
  });

  it('says how much it read of a run, a line and a pair of CR and LF', () => {
    for (const [text, read] of [
      ['abc', 2],
      ['ab\r\nc', 2],
      ['a\r\nbc', 3],
      ['\r\n\r\nb', 4],
      ['\x1b[A\x1b[Ac', 6],
      ['\x1b[A\x1b', 4],
      ['a', 1],
    ] as const) {
      let taken = 0;
      const keys = new Keys({
        hasPcKeys: false,
        get stopped() {
          return taken > 1;
        },
        text(run) {
          const more = Math.min(run.length, 2 - taken);
          taken += more;
          return more;
        },
        line(run) {
          const more = this.text(run, true);
          if (this.stopped) return more;
          taken += 1;
          return 'all';
        },
        key() {
          taken += 1;
        },
      });
      expect(keys.read(Buffer.from(text), text))
        .withContext(JSON.stringify(text))
        .toBe(read);
    }
  });

  it('leaves the input without the LF of the last Enter, and forgets a sequence', () => {
    const { keys, seen } = noting();
    const left = (text: string) => Buffer.from(keys.leave(Buffer.from(text))).toString();
    const reads = (text: string) => keys.read(Buffer.from(text), text);
    reads('a\r');
    expect([left('\nb'), left('\nb')]).toEqual(['b', '\nb']);
    reads('\r\n');
    expect(left('\nb')).toBe('\nb');
    reads('\x1b[1');
    expect(left('A')).toBe('A');
    reads('A');
    expect(seen()).toBe('a<enter><enter>A');
  });

  it('finds every control character at every position of every chunk', () => {
    for (let offset = 0; offset < 4; offset += 1) {
      for (const length of LENGTHS) {
        for (let at = Math.max(0, length - 14); at < length; at += 1) {
          for (const control of ['\x01', '\x1f', '\x7f', '\r', '\n', '\x16']) {
            const text = `${'~'.repeat(at)}${control}${' '.repeat(length - at - 1)}`;
            const memory = Buffer.alloc(length + 8, 0x41);
            const bytes = new Uint8Array(memory.buffer, memory.byteOffset + offset, length);
            bytes.set(Buffer.from(text));
            const seen: string[] = [];
            const keys = new Keys(
              handler(
                (run) => seen.push(run),
                (name) => seen.push(`<${name}>`),
              ),
            );
            keys.read(bytes, text);
            const withControl = seen.filter((part) => part.startsWith('<') && part.endsWith('>'));
            expect(withControl.length)
              .withContext(`${offset} ${length} ${at}`)
              .toBe(control === '\x1f' ? 0 : 1);
            expect(seen.join('').replace(/<.*>/, '').length)
              .withContext(`${offset} ${length} ${at}`)
              .toBe(length - 1);
          }
        }
      }
    }
  });

  /** These bytes, at an offset in memory full of Enter. */
  function placed(bytes: Uint8Array, offset: number): Uint8Array {
    const memory = new Uint8Array(bytes.length + 12).fill(0x0d);
    memory.set(bytes, 4 + offset);
    return memory.subarray(4 + offset, 4 + offset + bytes.length);
  }

  /** The result of one character that starts no sequence; `\x1b` and the like are left out. */
  function alone(char: string): string {
    const code = char.charCodeAt(0);
    if (char === '\r' || char === '\n') return '<enter>';
    if (char === '\b' || char === '\x7f') return '<backspace>';
    if (char === '\t') return '<tab>';
    if (code >= 1 && code <= 26) return `<ctrl-${'abcdefghijklmnopqrstuvwxyz'[code - 1]}>`;
    return code < 0x20 || (code > 0x7f && code < 0xa0) ? '' : char;
  }

  it('handles each of the 256 bytes at every position of every word', () => {
    const begins = '\x1b\x8f\x90\x98\x9b\x9d\x9e\x9f';
    const wrong: string[] = [];
    for (let byte = 0; byte < 256; byte += 1) {
      const char = String.fromCharCode(byte);
      if (begins.includes(char)) continue;
      for (const filler of [' ', '~']) {
        for (let offset = 0; offset < 4; offset += 1) {
          for (const length of LENGTHS) {
            for (let at = Math.max(0, length - 14); at < length; at += 1) {
              const [before, after] = [filler.repeat(at), filler.repeat(length - at - 1)];
              const text = `${before}${char}${after}`;
              const { keys, seen } = noting();
              keys.read(placed(Buffer.from(text, 'latin1'), offset), text);
              if (seen() !== `${before}${alone(char)}${after}`)
                wrong.push(`${JSON.stringify(text)} at ${offset}: ${seen()}`);
            }
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('reads the same as a simple parser, character by character, however the input is split', () => {
    const sequences: Record<string, string> = {
      '\x1b[A': '<up>',
      '\x1bOB': '<down>',
      '\x9bC': '<right>',
      '\x8fD': '<left>',
      '\x1b[1;5D': '<ctrl-left>',
      '\x1b[3~': '<delete>',
      '\x1bOP': '<f1>',
      '\x1b[[B': '<f2>',
      '\x1b[24~': '<f12>',
      '\x1bx': '<alt-x>',
      '\x1b[M !!': '',
      '\x1b[<0;10;20M': '',
      '\x1b[200~': '',
      '\x1b[O': '',
      '\x1b[12;40R': '',
      '\x1b]0;a title, 漢\x07': '',
      '\x1b]0;café\x07': '',
      '\x1bP1$r0m\x1b\\': '',
      '\x90text\x9c': '',
      '\x1b(B': '',
      '\r\n': '<enter>',
      '\r\0': '<enter>',
    };
    const naive = (text: string): string => {
      let read = '';
      for (let at = 0; at < text.length; ) {
        const [sequence, key] = Object.entries(sequences).find(([each]) => text.startsWith(each, at)) ?? [];
        read += key ?? alone(text.charAt(at));
        at += sequence?.length ?? 1;
      }
      return read;
    };

    /** Two bytes of a three-byte character; the next byte doesn't complete it. */
    const BROKEN = '\xe6\xbc';
    const ascii = fc.constantFrom(...'abc ~_0@', '\r', '\n', '\x7f', '\b', '\t', '\0', '\x01', '\x1f');
    const other = fc.constantFrom(
      'é',
      'e\u0301',
      '漢',
      '👪',
      '\x80',
      '\x85',
      '\x99',
      '\xa0',
      '\u00ff',
      '\ufffd',
    );
    const sequence = fc.constantFrom(...Object.keys(sequences));
    const plain = fc.array(ascii, { maxLength: 60 });
    const mixed = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: ascii },
        { weight: 2, arbitrary: other },
        { weight: 1, arbitrary: fc.oneof(sequence, fc.constant(BROKEN)) },
      ),
      { maxLength: 60 },
    );
    holds(
      fc.property(
        fc.oneof(plain, mixed),
        fc.array(fc.record({ cut: fc.nat(120), offset: fc.nat(3) }), { minLength: 1, maxLength: 6 }),
        (parts, pieces) => {
          const bytes = Buffer.concat(
            parts.map((part) => Buffer.from(part, part === BROKEN ? 'latin1' : 'utf8')),
          );
          let text = '';
          const decoder = new StringDecoder();
          const { keys, seen } = noting();
          let from = 0;
          for (const [index, { cut, offset }] of pieces.entries()) {
            let to = index === pieces.length - 1 ? bytes.length : Math.min(bytes.length, from + cut);
            // A lone ESC at the end of a chunk is the Escape key.
            if (bytes[to - 1] === 0x1b) to -= 1;
            const chunk = placed(bytes.subarray(from, to), offset);
            const decoded = decoder.write(chunk);
            keys.read(chunk, decoded);
            text += decoded;
            from = to;
          }
          throwUnless(seen()).toBe(naive(text));
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('reads the same by words of bytes and character by character', () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'abc ~') },
      { weight: 2, arbitrary: fc.constantFrom('\r', '\n', '\x7f', '\b', '\x1b[A', '\x01', '\x1f') },
      { weight: 1, arbitrary: fc.constantFrom('é', '漢', '👪', '\x85', '\x9bA', '\ufffd') },
    );
    holds(
      fc.property(fc.array(unit, { maxLength: 60 }), fc.nat(3), fc.boolean(), (units, offset, isLong) => {
        const parts = isLong ? ['~'.repeat(60), ...units] : units;
        const text = parts.join('');
        const encoded = Buffer.from(text);
        const memory = Buffer.alloc(encoded.length + 8);
        const bytes = new Uint8Array(memory.buffer, memory.byteOffset + offset, encoded.length);
        bytes.set(encoded);
        const seen: string[] = [];
        const keys = new Keys(
          handler(
            (run) => seen.push(...run),
            (name) => seen.push(name),
          ),
        );
        keys.read(bytes, text);
        const slow: string[] = [];
        const reference = new Keys(
          handler(
            (run) => slow.push(...run),
            (name) => slow.push(name),
          ),
        );
        // Bytes that don't start like the text say nothing about it.
        reference.read(Uint8Array.of(0xff), text);
        if (seen.join('|') !== slow.join('|')) throw new Error(`${seen} isn't ${slow}`);
      }),
      { numRuns: 2000 },
    );
  });

  describe('of an IBM PC terminal', () => {
    for (const [sequence, key] of [
      ['\x1b[H', 'home'],
      ['\x1b[K', 'end'],
      ['\x1b[@', 'insert'],
      ['\x1b[V', 'page-up'],
      ['\x1b[U', 'page-down'],
      ['\x1bOt', 'f5'],
    ] as const)
      it(`include ${key} for ${JSON.stringify(sequence)}, which no other terminal sends`, () => {
        expect(typed(sequence)).toBe(`<${key}>`);
      });

    it('are Delete for DEL, and Backspace for BS', () => {
      let seen = '';
      const note = (name: string) => {
        seen += `<${name}>`;
      };
      for (const hasPcKeys of [true, false])
        new Keys({ ...handler(() => {}, note), hasPcKeys }).read(Buffer.from('\x7f\b'), '\x7f\b');
      expect(seen).toBe('<delete><backspace><backspace><backspace>');
    });
  });
});
