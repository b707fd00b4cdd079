import fc from 'fast-check';
import { Keys } from '../../streams/keys.js';
import { holds } from '../support/holds.js';

const goOn = () => true;

/** What is typed in these chunks: text as it is, keys in brackets. */
function typed(...chunks: string[]): string {
  let seen = '';
  const keys = new Keys({
    text: (run) => {
      seen += run;
    },
    key: (name) => {
      seen += `<${name}>`;
    },
  });
  for (const chunk of chunks) keys.read(Buffer.from(chunk), chunk, goOn);
  return seen;
}

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
    ['ctrl-delete', '\x1b[3;5~'],
    ['f1', '\x1bOP'],
    ['f1', '\x1b[11~'],
    ['f1', '\x1b[[A'],
    ['f5', '\x1b[15~'],
    ['f12', '\x1b[24~'],
  ] as const) {
    it(`knows ${name} as ${JSON.stringify(sequence)}`, () => {
      expect(typed(`a${sequence}`)).toBe(`a<${name}>`);
      if (name !== 'escape') expect(typed(`a${sequence}b`)).toBe(`a<${name}>b`);
    });
  }

  for (const [what, sequence] of [
    ['the mouse', '\x1b[M !!'],
    ['the mouse, as SGR has it', '\x1b[<0;10;20M\x1b[<0;10;20m'],
    ['the marks around a paste', '\x1b[200~\x1b[201~'],
    ['the focus', '\x1b[I\x1b[O'],
    ['where the cursor is', '\x1b[12;40R'],
    ['what the terminal is', '\x1b[?1;2c'],
    ['a title', '\x1b]0;title\x07'],
    ['a title, ended by ESC \\', '\x1b]0;title\x1b\\'],
    ['a control string, of 8 bits', '\x90text\x9c'],
    ['a character set', '\x1b(B'],
    ['NUL, and C1 controls that are none', '\0\x80\x85\x99'],
    ['a sequence that is cancelled', '\x1b[31\x18'],
    ['a very long sequence', `\x1b[${'1;'.repeat(500)}z`],
  ] as const) {
    it(`swallows ${what}, wherever it is cut`, () => {
      for (let cut = 0; cut <= sequence.length; cut += 1) {
        const seen = typed(`a${sequence.slice(0, cut)}`, `${sequence.slice(cut)}b`);
        // A lone ESC at the end of a chunk is the key itself, whatever follows.
        expect(seen.replace('<escape>', ''))
          .withContext(`cut at ${cut}`)
          .toMatch(/^a(b|\(Bb|\]0;title.*b)$/);
      }
      expect(typed(`a${sequence}b`)).toBe('ab');
    });
  }

  it('hears an Enter of LF behind one of CR LF, wherever that is cut', () => {
    const text = 'a\r\n\nb\r\n\r\0\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(typed(text.slice(0, cut), text.slice(cut)))
        .withContext(`${cut}`)
        .toBe('a<enter><enter>b<enter><enter><enter>');
    }
  });

  it('takes an arrow together that is cut', () => {
    expect(typed('a\x1b', '[A', 'b')).toBe('a<escape><up>b');
    expect(typed('a\x1b[', '1;', '5Ab')).toBe('a<ctrl-up>b');
  });

  it('takes an ESC at the end of a chunk for the key, and what is typed next for itself', () => {
    expect(typed('\x1b', '\x1b', 'Oh')).toBe('<escape><escape>Oh');
    expect(typed('\x1b', '\r')).toBe('<escape><enter>');
    expect(typed('\x1b\x1b[A')).toBe('<escape><up>');
  });

  it('goes on at the next line after a sequence that never ends', () => {
    expect(typed('\x1b]0;title\rb\x1b[1;\nc')).toBe('<enter>b<enter>c');
  });

  it('reads no further than it is told', () => {
    const seen: string[] = [];
    const keys = new Keys({ text: (run) => seen.push(run), key: (name) => seen.push(name) });
    const text = 'a\rb\rc';
    keys.read(Buffer.from(text), text, () => !seen.includes('enter'));
    expect(seen).toEqual(['a', 'enter']);
  });

  it('finds every control character, at every place of every chunk', () => {
    for (let offset = 0; offset < 4; offset += 1) {
      for (let length = 1; length < 14; length += 1) {
        for (let at = 0; at < length; at += 1) {
          for (const control of ['\x01', '\x1f', '\x7f', '\r', '\n', '\x16']) {
            const text = `${'~'.repeat(at)}${control}${' '.repeat(length - at - 1)}`;
            const memory = Buffer.alloc(length + 8, 0x41);
            const bytes = new Uint8Array(memory.buffer, memory.byteOffset + offset, length);
            bytes.set(Buffer.from(text));
            const seen: string[] = [];
            const keys = new Keys({ text: (run) => seen.push(run), key: (name) => seen.push(`<${name}>`) });
            keys.read(bytes, text, goOn);
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

  it('tells the same whether it goes by words of bytes, or character by character', () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'abc ~') },
      { weight: 2, arbitrary: fc.constantFrom('\r', '\n', '\x7f', '\b', '\x1b[A', '\x01', '\x1f') },
      { weight: 1, arbitrary: fc.constantFrom('é', '漢', '👪', '\x85', '\x9bA', '\ufffd') },
    );
    holds(
      fc.property(fc.array(unit, { maxLength: 60 }), fc.nat(3), (parts, offset) => {
        const text = parts.join('');
        const encoded = Buffer.from(text);
        const memory = Buffer.alloc(encoded.length + 8);
        const bytes = new Uint8Array(memory.buffer, memory.byteOffset + offset, encoded.length);
        bytes.set(encoded);
        const seen: string[] = [];
        const keys = new Keys({ text: (run) => seen.push(...run), key: (name) => seen.push(name) });
        keys.read(bytes, text, goOn);
        const slow: string[] = [];
        const reference = new Keys({ text: (run) => slow.push(...run), key: (name) => slow.push(name) });
        // Bytes that don't begin as the text does: nothing can be told by them.
        reference.read(Uint8Array.of(0xff), text, goOn);
        if (seen.join('|') !== slow.join('|')) throw new Error(`${seen} isn't ${slow}`);
      }),
      { numRuns: 2000 },
    );
  });
});
