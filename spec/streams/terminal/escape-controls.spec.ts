import fc from 'fast-check';
import { escapeControls } from '../../../streams/terminal/escape-controls.js';

/**
 * The first and last of each range that controls a terminal, breaks a line, reverses it or takes no
 * columns.
 */
const UNSAFE: readonly (readonly [name: string, first: number, last: number])[] = [
  ['C0', 0x00, 0x1f],
  ['DEL and C1', 0x7f, 0x9f],
  ['the Arabic letter mark', 0x61c, 0x61c],
  ['zero-width characters and direction marks', 0x200b, 0x200f],
  ['line and paragraph separators', 0x2028, 0x2029],
  ['direction embeddings and overrides', 0x202a, 0x202e],
  ['the word joiner and invisible operators', 0x2060, 0x2064],
  ['direction isolates', 0x2066, 0x2069],
  ['the byte order mark', 0xfeff, 0xfeff],
  ['lone surrogates', 0xd800, 0xdfff],
];

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const UNSAFE_CODES = new Set(UNSAFE.flatMap(([, first, last]) => range(first, last)));

const unsafeIn = (text: string) => [...text].filter((char) => UNSAFE_CODES.has(char.codePointAt(0) ?? 0));

/** Any text, lone surrogates included, rich in unsafe characters. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...UNSAFE_CODES),
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0x20, max: 0x7e }),
    ),
    { maxLength: 400 },
  )
  .map((codes) => codes.map((code) => String.fromCodePoint(code)).join(''));

describe('escapeControls', () => {
  it('leaves ordinary text unchanged', () => {
    for (const text of ['', 'alice', 'Zoë & Ødegård', '日本語', 'שלום', '🙂', 'a\\b']) {
      expect(escapeControls(text)).toBe(text);
    }
  });

  it('escapes an escape sequence', () => {
    expect(escapeControls('\x1b[2Jgone')).toBe('\\u{1b}[2Jgone');
  });

  it('stays on one line', () => {
    expect(escapeControls('one\r\ntwo\u2028three')).toBe('one\\u{d}\\u{a}two\\u{2028}three');
  });

  it('escapes what would reverse the rest of the line', () => {
    expect(escapeControls('\u202egnp.exe')).toBe('\\u{202e}gnp.exe');
  });

  for (const [name, first, last] of UNSAFE) {
    it(`escapes ${name} as a number`, () => {
      for (const code of range(first, last)) {
        expect(escapeControls(`<${String.fromCodePoint(code)}>`)).toBe(`<\\u{${code.toString(16)}}>`);
      }
    });
  }

  it('cuts a long text, with an ellipsis', () => {
    expect(escapeControls('x'.repeat(200))).toBe('x'.repeat(200));
    expect(escapeControls('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
    expect(escapeControls('abcdef', 3)).toBe('abc…');
  });

  it('escapes the remaining half of a character cut in two', () => {
    expect(escapeControls('ab🙂', 3)).toBe('ab\\u{d83d}…');
  });

  it('returns nothing unsafe, and at most the given length', () => {
    fc.assert(
      fc.property(anyText, fc.nat(300), (text, most) => {
        const shown = escapeControls(text, most);
        expect(unsafeIn(shown)).toEqual([]);
        expect(shown.replace(/\\u\{[0-9a-f]+\}/g, '?').length).toBeLessThanOrEqual(most + 1);
      }),
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = escapeControls(text, 400);
        expect(escapeControls(shown, shown.length)).toBe(shown);
      }),
    );
  });
});
